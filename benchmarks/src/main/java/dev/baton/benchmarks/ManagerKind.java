package dev.baton.benchmarks;

/** A session manager as Tomcat's configuration names it. */
enum ManagerKind {
    /** Tomcat's own without a cluster: what a request costs without any replication. */
    STANDARD("<Manager className='org.apache.catalina.session.StandardManager' pathname=''/>", ""),

    BATON("<Manager className='dev.baton.tomcat.BatonManager' cluster='${bench.cluster}' nodeName='${bench.node}'/>", ""),

    /** Tomcat's all-to-all replication, synchronous; for scale. */
    DELTA("<Manager className='org.apache.catalina.ha.session.DeltaManager' notifyListenersOnReplication='false'/>",
            """
            <Cluster className='org.apache.catalina.ha.tcp.SimpleTcpCluster' channelSendOptions='6'>
              <Channel className='org.apache.catalina.tribes.group.GroupChannel'>
                <Membership className='org.apache.catalina.tribes.membership.StaticMembershipService'>
                  <LocalMember className='org.apache.catalina.tribes.membership.StaticMember'
                      domain='bench' uniqueId='{0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,${bench.number}}'/>
                  <Member className='org.apache.catalina.tribes.membership.StaticMember' domain='bench'
                      host='127.0.0.1' port='${bench.peer.port}'
                      uniqueId='{0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,${bench.peer.number}}'/>
                </Membership>
                <Receiver className='org.apache.catalina.tribes.transport.nio.NioReceiver' address='127.0.0.1'
                    port='${bench.port}' autoBind='1' maxThreads='16'/>
                <Sender className='org.apache.catalina.tribes.transport.ReplicationTransmitter'>
                  <Transport className='org.apache.catalina.tribes.transport.nio.PooledParallelSender'/>
                </Sender>
                <Interceptor className='org.apache.catalina.tribes.group.interceptors.TcpFailureDetector'/>
              </Channel>
              <Valve className='org.apache.catalina.ha.tcp.ReplicationValve' filter=''/>
            </Cluster>
            """);

    final String manager;
    /** Goes into the Host. */
    final String cluster;

    ManagerKind(String manager, String cluster) {
        this.manager = manager;
        this.cluster = cluster;
    }
}
