package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.baton.access.NotSerializableAttribute;
import dev.baton.access.UnreadableAttribute;
import dev.baton.model.Boundless;
import java.beans.PropertyChangeEvent;
import java.beans.PropertyChangeListener;
import java.beans.PropertyChangeSupport;
import java.beans.VetoableChangeListener;
import java.beans.VetoableChangeSupport;
import java.io.FileNotFoundException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.NoSuchFileException;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Instant;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import javax.management.BadAttributeValueExpException;
import javax.management.MalformedObjectNameException;
import javax.management.NotificationFilter;
import javax.management.ObjectName;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class WebappSerializerTest {
    private static final ClassLoader LOADER = WebappSerializerTest.class.getClassLoader();

    /** An application's own class. */
    record Item(String name, BigDecimal price) implements Serializable {}

    static final class Cart implements Serializable {
        private static final long serialVersionUID = 1L;
        final List<Object> items = new ArrayList<>();
        Object connection;
        transient Object ignored = new Object();
    }

    enum Size { SMALL, LARGE }

    /** As many beans are. */
    static final class Bean implements Serializable {
        private static final long serialVersionUID = 1L;
        final PropertyChangeSupport changes = new PropertyChangeSupport(this);
        final VetoableChangeSupport vetoes = new VetoableChangeSupport(this);
        final List<String> heard = new ArrayList<>();
    }

    record Listener(Bean bean) implements PropertyChangeListener, VetoableChangeListener, Serializable {
        @Override
        public void propertyChange(PropertyChangeEvent event) {
            bean.heard.add("changed " + event.getPropertyName());
        }

        @Override
        public void vetoableChange(PropertyChangeEvent event) {
            bean.heard.add("asked " + event.getPropertyName());
        }
    }

    private final Map<String, List<Class<?>>> warnings = new LinkedHashMap<>();

    private WebappSerializer serializer(String pattern, String valueClasses) {
        return new WebappSerializer(LOADER, new SerialFilter(LOADER, pattern,
                valueClasses == null ? null : Pattern.compile(valueClasses)), Long.MAX_VALUE,
                (attribute, type) -> warnings.computeIfAbsent(attribute, n -> new ArrayList<>()).add(type));
    }

    private final WebappSerializer serializer = serializer(null, null);

    @Test
    void valuesOfTheApplicationAndOfTheJdkComeBackEqual() throws Exception {
        Map<String, Object> value = new LinkedHashMap<>();
        value.put("item", new Item("book", new BigDecimal("12.50")));
        value.put("list", List.of(1, 2L, 3.0, "four", 'c', true));
        value.put("time", Instant.ofEpochSecond(42));
        value.put("id", new UUID(1, 2));
        value.put("address", new InetSocketAddress(InetAddress.getLoopbackAddress(), 80));
        value.put("array", new int[][] {{1, 2}, {3}});
        value.put("items", new Item[] {new Item("pen", BigDecimal.ONE)});
        value.put("enum", Size.LARGE);
        byte[] bytes = serializer.serialize("cart", value);
        Map<?, ?> back = (Map<?, ?>) serializer.deserialize("cart", bytes);
        assertThat((int[][]) back.get("array")).isDeepEqualTo(new int[][] {{1, 2}, {3}});
        assertThat((Item[]) back.get("items")).containsExactly(new Item("pen", BigDecimal.ONE));
        assertThat(back.get("item")).isEqualTo(value.get("item"));
        assertThat(back.get("address")).isEqualTo(value.get("address"));
        assertThat(back.get("list")).isEqualTo(value.get("list"));
        assertThat(back.get("enum")).isSameAs(Size.LARGE);
        assertThat(serializer.serialize("cart", value)).isEqualTo(bytes);
    }

    @Test
    @DisplayName("the built-in list has what common beans hold of java.beans, listeners by names included")
    void beansWithListenersAreRead() throws Exception {
        Bean bean = new Bean();
        bean.changes.addPropertyChangeListener(new Listener(bean));
        bean.changes.addPropertyChangeListener("price", new Listener(bean));
        bean.vetoes.addVetoableChangeListener("price", new Listener(bean));
        Bean back = (Bean) serializer.deserialize("b", serializer.serialize("b", bean));
        back.vetoes.fireVetoableChange("price", 1, 2);
        back.changes.firePropertyChange("price", 1, 2);
        assertThat(back.heard).containsExactly("asked price", "changed price", "changed price");
        assertThat(bean.heard).isEmpty();
        assertThat(warnings).isEmpty();
    }

    @Test
    @DisplayName("the built-in list has exceptions of packages where they are plain values, with causes, and no others")
    void exceptionsOfTheJdkAreRead() throws Exception {
        SQLException next = new SQLTimeoutException("later", "S2", 2, new NoSuchFileException("f"));
        SQLException first = new SQLException("first", "S1", 1, new UncheckedIOException(new FileNotFoundException("g")));
        first.setNextException(next);
        first.addSuppressed(new ExecutionException(new UnknownHostException("h")));
        SQLException back = (SQLException) serializer.deserialize("e", serializer.serialize("e", first));
        assertThat((Throwable) back).hasMessage("first").hasRootCauseInstanceOf(FileNotFoundException.class);
        assertThat(back.getErrorCode()).isEqualTo(1);
        assertThat((Throwable) back.getNextException()).isInstanceOf(SQLTimeoutException.class).cause().hasMessage("f");
        assertThat(back.getSuppressed()[0]).hasRootCauseMessage("h");
        assertThat(back.getStackTrace()).isEqualTo(first.getStackTrace());
        assertThat(warnings).isEmpty();

        byte[] gadget = WebappSerializer.write(new BadAttributeValueExpException("x"));
        assertThatThrownBy(() -> serializer.deserialize("e", gadget)).isInstanceOf(UnreadableAttribute.class)
                .hasMessageContaining("BadAttributeValueExpException");
    }

    /** A class of the application whose other half is refused. */
    static final class Named extends ObjectName {
        private static final long serialVersionUID = 1L;

        Named(String name) throws MalformedObjectNameException {
            super(name);
        }
    }

    @Test
    @DisplayName("what will be refused when it is read is told when it is written: within, above, in arrays and proxies")
    void whatWillBeRefusedIsToldWhenItIsWritten() throws Exception {
        Cart cart = new Cart();
        cart.items.add(new Item("book", BigDecimal.TEN));
        serializer.serialize("fine", cart);
        serializer.serialize("text", "fine", new ArrayList<>());
        assertThat(warnings).isEmpty();

        cart.items.add(new ObjectName("a:b=c"));
        Map<String, Object> refused = Map.of("within", cart, "above", new Named("a:b=c"), "array", new ObjectName[0],
                "proxy", Proxy.newProxyInstance(LOADER, new Class<?>[] {NotificationFilter.class}, new Handler()));
        for (Map.Entry<String, Object> each : refused.entrySet()) {
            byte[] bytes = serializer.serialize(each.getKey(), each.getValue());
            assertThat(serializer.serialize(each.getKey(), each.getValue(), new ArrayList<>())).isEqualTo(bytes);
            assertThatThrownBy(() -> serializer.deserialize("x", bytes)).as(each.getKey())
                    .isInstanceOf(UnreadableAttribute.class);
        }
        assertThat(warnings).isEqualTo(Map.of("within", List.of(ObjectName.class, ObjectName.class),
                "above", List.of(ObjectName.class, ObjectName.class), "array", List.of(ObjectName[].class, ObjectName[].class),
                "proxy", List.of(NotificationFilter.class, NotificationFilter.class)));

        warnings.clear();
        serializer("javax.management.*", null).serialize("allowed", cart);
        assertThat(warnings).isEmpty();
        WebappSerializer strict = serializer("dev.baton.**;!*", null);
        strict.serialize("text", "fine");
        strict.serialize("number", 1);
        assertThat(warnings).isEqualTo(Map.of("number", List.of(Integer.class)));
        assertThatThrownBy(() -> strict.deserialize("number", strict.serialize("number", 1)))
                .isInstanceOf(UnreadableAttribute.class);
    }

    @Test
    void aCulpritIsNamedByItsPath() {
        Cart cart = new Cart();
        cart.items.add("fine");
        Cart inner = new Cart();
        inner.connection = new Thread();
        cart.items.add(inner);
        assertThatThrownBy(() -> serializer.serialize("cart", cart)).isInstanceOfSatisfying(
                NotSerializableAttribute.class, e -> {
                    assertThat(e.path()).isEqualTo("cart.items[1].connection");
                    assertThat(e.className()).isEqualTo("java.lang.Thread");
                });
        assertThatThrownBy(() -> serializer.serialize("map", new java.util.HashMap<>(Map.of("k", new Object()))))
                .isInstanceOfSatisfying(NotSerializableAttribute.class,
                        e -> assertThat(e.path()).isEqualTo("map[k]"));
    }

    /** A list that another thread changes while it is written. */
    static final class Restless extends ArrayList<Object> {
        private static final long serialVersionUID = 1L;

        private void writeObject(java.io.ObjectOutputStream out) {
            throw new java.util.ConcurrentModificationException();
        }
    }

    @Test
    void aValueThatChangesMeanwhileIsNotCalledUnserialisable() {
        assertThatThrownBy(() -> serializer.serialize("list", new Restless()))
                .as("so that the caller tries again").isInstanceOf(java.util.ConcurrentModificationException.class);
    }

    @Test
    void classesThatNobodyAllowedAreNotRead() throws Exception {
        byte[] dangerous = serializer.serialize("x", Proxy.newProxyInstance(LOADER,
                new Class<?>[] {Comparable.class}, new Handler()));
        // The interface is the JDK's and the handler the application's: only the handler counts.
        assertThat(serializer.deserialize("x", dangerous)).isNotNull();

        byte[] file = WebappSerializer.write(new ObjectName("a:b=c"));
        assertThatThrownBy(() -> serializer.deserialize("x", file)).isInstanceOf(UnreadableAttribute.class)
                .hasMessageContaining("REJECTED");
        assertThat(serializer("javax.management.ObjectName", null).deserialize("x", file)).isNotNull();
    }

    static final class Handler implements java.lang.reflect.InvocationHandler, Serializable {
        private static final long serialVersionUID = 1L;

        @Override
        public Object invoke(Object proxy, java.lang.reflect.Method method, Object[] arguments) {
            return 0;
        }
    }

    @Test
    void theUsersPatternComesFirst() throws Exception {
        byte[] item = serializer.serialize("x", new Item("book", BigDecimal.TEN));
        assertThatThrownBy(() -> serializer("!dev.baton.**", null).deserialize("x", item))
                .isInstanceOf(UnreadableAttribute.class);
        assertThat(serializer("!com.example.**", null).deserialize("x", item))
                .isEqualTo(new Item("book", BigDecimal.TEN));
        assertThatThrownBy(() -> serializer("dev.baton.**;!*", null).deserialize("x", item))
                .as("the price, too, has to be named then").isInstanceOf(UnreadableAttribute.class);
        assertThat(serializer("dev.baton.**;java.**;!*", null).deserialize("x", item))
                .isEqualTo(new Item("book", BigDecimal.TEN));
    }

    @Test
    void tomcatsFilterOfValueClassesMustAgree() throws Exception {
        byte[] item = serializer.serialize("x", new Item("book", BigDecimal.TEN));
        assertThatThrownBy(() -> serializer(null, "java\\..*").deserialize("x", item))
                .isInstanceOf(UnreadableAttribute.class);
        assertThat(serializer(null, "java\\..*").deserialize("x", serializer.serialize("x", List.of(1, 2))))
                .isEqualTo(List.of(1, 2));
    }

    @Test
    void bytesThatAreNoValueAreUnreadable() {
        for (byte[] bytes : new byte[][] {{1, 2, 3}, {}}) {
            assertThatThrownBy(() -> serializer.deserialize("x", bytes)).isInstanceOf(UnreadableAttribute.class);
        }
    }

    @Test
    @DisplayName("What no attribute may be is not written to its end")
    void whatIsTooLargeIsNotWrittenToItsEnd() {
        Boundless value = new Boundless();
        assertThatThrownBy(() -> serializer.serialize("big", List.of(value)))
                .isInstanceOf(NotSerializableAttribute.class).hasMessageContaining("more than the limit");
        assertThat(value.megabytes).isEqualTo(64);
    }

    @Test
    @DisplayName("The culprit is looked for in a part of what there is, not in all of it")
    void theCulpritIsNotLookedForEverywhere() {
        int[] taken = {0};
        Object lazy = Collections.unmodifiableCollection(new AbstractList<>() {
            @Override
            public Object get(int index) {
                taken[0]++;
                return this;
            }

            @Override
            public int size() {
                return 1_000_000;
            }
        });
        Object unsendable = new Object[] {lazy, new ArrayList<>(Collections.nCopies(1_000_000, "a")), new Object()};
        assertThatThrownBy(() -> serializer.serialize("large", unsendable)).isInstanceOf(NotSerializableAttribute.class);
        assertThat(taken[0]).isLessThan(200_000);
    }

    @Test
    @DisplayName("Bad input: an array that is declared larger than its bytes can be is not made")
    void declaredLengthsAreHeldAgainstTheBytes() throws Exception {
        byte[] bytes = serializer.serialize("a", new long[] {7});
        int length = bytes.length - 12;
        assertThat(bytes[length + 3]).isEqualTo((byte) 1);
        bytes[length] = 5;
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        assertThatThrownBy(() -> serializer.deserialize("a", bytes)).isInstanceOf(UnreadableAttribute.class);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(10_000_000);
        assertThat((long[]) serializer.deserialize("a", serializer.serialize("a", new long[100_000]))).hasSize(100_000);
        assertThat(serializer.deserialize("a", serializer.serialize("a", new HashMap<>(10_000)))).isNotNull();
    }
}
