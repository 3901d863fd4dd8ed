package dev.baton.benchmarks;

/**
 * One window of load.
 *
 * @param requestsPerSecond answered
 * @param cpuMicros         CPU time of both Tomcats per request
 * @param bytes             TCP payload between the nodes per request, idle traffic subtracted
 * @param packets           TCP segments between the nodes per request, acknowledgements included, idle ones subtracted
 */
record Sample(double requestsPerSecond, double cpuMicros, double bytes, double packets) {
    /** With IP and TCP headers. */
    double wireBytes() {
        return bytes + packets * ClusterTraffic.HEADERS;
    }
}
