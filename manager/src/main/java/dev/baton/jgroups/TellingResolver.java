package dev.baton.jgroups;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Logger;
import org.jgroups.Address;
import org.jgroups.protocols.dns.DNSResolver;

/**
 * Tells people when the DNS has no addresses for a name by which nodes are to be found, and when it has some again;
 * JGroups finds nobody then and says nothing. Thread-safe.
 */
final class TellingResolver implements DNSResolver {
    private static final Logger LOG = JarContext.logger(TellingResolver.class);

    private final DNSResolver dns;
    private final Set<String> unknown = ConcurrentHashMap.newKeySet();

    TellingResolver(DNSResolver dns) {
        this.dns = dns;
    }

    @Override
    public List<Address> resolveIps(String name, DNSRecordType type) {
        List<Address> found = dns.resolveIps(name, type);
        if (found.isEmpty()) {
            if (unknown.add(name)) {
                LOG.warning("The DNS has no addresses (" + type + ") for '" + name + "': this node finds no other by that"
                        + " name until it has");
            }
        } else if (unknown.remove(name)) {
            LOG.info("The DNS has addresses for '" + name + "' now: " + found);
        }
        return found;
    }

    @Override
    public void close() {
        dns.close();
    }
}
