package dev.baton.benchmarks;

/**
 * One window of load.
 *
 * @param requestsPerSecond answered
 * @param cpuMicros         CPU time of all Tomcats per request
 * @param p50               microseconds that half of the requests do not exceed
 * @param p99               microseconds that 99 of 100 requests do not exceed
 * @param bytes             TCP payload between the nodes per request, idle traffic subtracted
 * @param packets           TCP segments between the nodes per request, acknowledgements included, idle ones subtracted
 * @param missed            percentage of the answers that did not show an earlier change of the same client
 * @param refused           percentage of the requests that got an error
 */
record Sample(double requestsPerSecond, double cpuMicros, double p50, double p99, double bytes, double packets,
              double missed, double refused) {
    /** With IP and TCP headers. */
    double wireBytes() {
        return bytes + packets * ClusterTraffic.HEADERS;
    }
}
