package dev.baton.tomcat;

import java.util.ArrayList;
import java.util.List;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.LifecycleState;
import org.apache.catalina.Pipeline;
import org.apache.catalina.Valve;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;

/** Sees to it that exactly one {@link RequestBoundary} stands in the pipeline of the manager's Context. */
final class Boundaries {
    private static final Log log = LogFactory.getLog(Boundaries.class);

    private Boundaries() {
    }

    /** The one that the manager adds where the configuration names none so far. */
    private static final class Installed extends RequestBoundary {
        /** Where the application's own file names another manager than the one for all applications, that one counts. */
        @Override
        protected void startInternal() throws LifecycleException {
            Context context = (Context) getContainer();
            if (context.getManager() instanceof BatonManager) {
                super.startInternal();
                return;
            }
            log.info("The sessions of " + context.getName() + " stay on this node: its configuration names a Manager of"
                    + " its own, " + context.getManager().getClass().getName());
            setState(LifecycleState.STARTING);
        }
    }

    static void install(Context context) {
        if (all(context.getPipeline()).isEmpty()) {
            context.getPipeline().addValve(new Installed());
        }
    }

    /** Called when the configuration is complete: where it names a Valve after the Manager, the installed one goes. */
    static void keepOne(Context context) {
        Pipeline pipeline = context.getPipeline();
        List<RequestBoundary> all = all(pipeline);
        if (all.isEmpty()) {
            pipeline.addValve(new Installed());
            log.warn("The Valve of " + context.getName() + " had been removed; added behind the others");
            return;
        }
        RequestBoundary kept = all.get(0);
        for (RequestBoundary each : all) {
            if (kept instanceof Installed && !(each instanceof Installed)) {
                kept = each;
            }
        }
        for (RequestBoundary each : all) {
            if (each != kept) {
                pipeline.removeValve(each);
                if (!(each instanceof Installed)) {
                    log.warn("The configuration of " + context.getName() + " names " + each.getClass().getName()
                            + " more than once; the others are removed");
                }
            }
        }
    }

    private static List<RequestBoundary> all(Pipeline pipeline) {
        List<RequestBoundary> found = new ArrayList<>();
        for (Valve valve : pipeline.getValves()) {
            if (valve instanceof RequestBoundary boundary) {
                found.add(boundary);
            }
        }
        return found;
    }
}
