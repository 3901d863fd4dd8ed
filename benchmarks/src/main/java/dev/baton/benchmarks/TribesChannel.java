package dev.baton.benchmarks;

/**
 * Configuration of Tomcat's own cluster over loopback with members that are named, not found by multicast; for the rest
 * what Tomcat's documentation shows. The JVM route binder is left out: nothing is re-routed here.
 */
final class TribesChannel {
    /** {@code Channel.SEND_OPTIONS_SYNCHRONIZED_ACK | SEND_OPTIONS_USE_ACK}. */
    static final int SYNCHRONOUS = 6;
    /** {@code Channel.SEND_OPTIONS_ASYNCHRONOUS}. */
    static final int ASYNCHRONOUS = 8;

    private static final String MEMBERSHIP = "org.apache.catalina.tribes.membership.StaticMember";

    private TribesChannel() {
    }

    static String element(Seat seat, int sendOptions) {
        StringBuilder members = new StringBuilder();
        for (int i = 0; i < seat.receivers().size(); i++) {
            String id = "domain='bench' uniqueId='{0,0,0,0,0,0,0,0,0,0,0,0,0,0,0," + (i + 1) + "}'/>";
            members.append(i == seat.number()
                    ? "<LocalMember className='" + MEMBERSHIP + "' " + id
                    : "<Member className='" + MEMBERSHIP + "' host='127.0.0.1' port='" + seat.receivers().get(i)
                            + "' " + id)
                    .append('\n');
        }
        return """
                <Cluster className='org.apache.catalina.ha.tcp.SimpleTcpCluster' channelSendOptions='%d'>
                  <Channel className='org.apache.catalina.tribes.group.GroupChannel'>
                    <Membership className='org.apache.catalina.tribes.membership.StaticMembershipService'>
                      %s
                    </Membership>
                    <Receiver className='org.apache.catalina.tribes.transport.nio.NioReceiver' address='127.0.0.1'
                        port='%d' autoBind='1' maxThreads='16'/>
                    <Sender className='org.apache.catalina.tribes.transport.ReplicationTransmitter'>
                      <Transport className='org.apache.catalina.tribes.transport.nio.PooledParallelSender'/>
                    </Sender>
                    <Interceptor className='org.apache.catalina.tribes.group.interceptors.MessageDispatchInterceptor'/>
                    <Interceptor className='org.apache.catalina.tribes.group.interceptors.TcpFailureDetector'/>
                  </Channel>
                  <Valve className='org.apache.catalina.ha.tcp.ReplicationValve' filter=''/>
                </Cluster>
                """.formatted(sendOptions, members, seat.receiver());
    }
}
