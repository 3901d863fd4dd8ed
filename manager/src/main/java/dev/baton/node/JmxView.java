package dev.baton.node;

import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.management.Attribute;
import javax.management.AttributeList;
import javax.management.AttributeNotFoundException;
import javax.management.DynamicMBean;
import javax.management.JMException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanException;
import javax.management.MBeanInfo;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanParameterInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/**
 * A JMX bean made of named figures, each with its description beside the code that computes it. Values are of types
 * every JMX client knows. Build it, then {@link #register}.
 */
public final class JmxView implements DynamicMBean {
    private record Figure(MBeanAttributeInfo info, Supplier<?> value) {}

    private record Operation(MBeanOperationInfo info, Function<String, String> action) {}

    private final String description;
    private final Map<String, Figure> figures = new LinkedHashMap<>();
    private final Map<String, Operation> operations = new LinkedHashMap<>();
    private ObjectName name;

    public JmxView(String description) {
        this.description = description;
    }

    public <T> JmxView figure(String figure, Class<T> type, String text, Supplier<T> value) {
        MBeanAttributeInfo info = new MBeanAttributeInfo(figure, type.getName(), text, true, false, false);
        figures.put(figure, new Figure(info, value));
        return this;
    }

    public JmxView operation(String operation, String text, String parameter, String parameterText,
                             Function<String, String> action) {
        MBeanParameterInfo[] parameters = {new MBeanParameterInfo(parameter, String.class.getName(), parameterText)};
        operations.put(operation, new Operation(new MBeanOperationInfo(operation, text, parameters,
                String.class.getName(), MBeanOperationInfo.ACTION), action));
        return this;
    }

    public JmxView operation(String operation, String text, Supplier<String> action) {
        operations.put(operation, new Operation(new MBeanOperationInfo(operation, text, new MBeanParameterInfo[0],
                String.class.getName(), MBeanOperationInfo.ACTION), nothing -> action.get()));
        return this;
    }

    /**
     * A bean that cannot be registered is a line for the log: the sessions work without.
     *
     * @param node told apart by it where there is a bean of that name, of another node in the same process
     */
    public void register(String objectName, String node, Consumer<String> log) {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        try {
            name = new ObjectName(objectName);
            if (server.isRegistered(name)) {
                name = new ObjectName(objectName + ",node=" + ObjectName.quote(node));
            }
            server.registerMBean(this, name);
        } catch (JMException e) {
            log.accept("JMX bean " + objectName + " could not be registered: " + e);
            name = null;
        }
    }

    /** Does nothing where it is not registered. */
    public void unregister() {
        if (name != null) {
            try {
                ManagementFactory.getPlatformMBeanServer().unregisterMBean(name);
            } catch (JMException e) {
                // it was gone already
            }
            name = null;
        }
    }

    @Override
    public Object getAttribute(String attribute) throws AttributeNotFoundException {
        Figure figure = figures.get(attribute);
        if (figure == null) {
            throw new AttributeNotFoundException(attribute + " is none of " + figures.keySet());
        }
        return figure.value().get();
    }

    @Override
    public AttributeList getAttributes(String[] names) {
        AttributeList list = new AttributeList();
        for (String each : names) {
            Figure figure = figures.get(each);
            if (figure != null) {
                list.add(new Attribute(each, figure.value().get()));
            }
        }
        return list;
    }

    @Override
    public void setAttribute(Attribute attribute) throws AttributeNotFoundException {
        throw new AttributeNotFoundException(attribute.getName() + " cannot be set");
    }

    @Override
    public AttributeList setAttributes(AttributeList attributes) {
        return new AttributeList();
    }

    @Override
    public Object invoke(String action, Object[] parameters, String[] signature) throws MBeanException {
        Operation operation = operations.get(action);
        int given = parameters == null ? 0 : parameters.length;
        if (operation == null || given != operation.info().getSignature().length
                || given == 1 && !(parameters[0] instanceof String)) {
            throw new MBeanException(new IllegalArgumentException(action + " with " + given + " parameters is none of "
                    + operations.keySet() + ", each with none or one text"));
        }
        return operation.action().apply(given == 0 ? null : (String) parameters[0]);
    }

    @Override
    public MBeanInfo getMBeanInfo() {
        return new MBeanInfo(JmxView.class.getName(), description,
                figures.values().stream().map(Figure::info).toArray(MBeanAttributeInfo[]::new), null,
                operations.values().stream().map(Operation::info).toArray(MBeanOperationInfo[]::new), null);
    }
}
