package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.access.UnreadableAttribute;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Texts and numbers are written and read as the JDK's streams do")
class PlainFormTest {
    private static final ClassLoader LOADER = PlainFormTest.class.getClassLoader();
    private final WebappSerializer serializer = serializer(null);

    private static WebappSerializer serializer(String pattern) {
        return new WebappSerializer(LOADER, new SerialFilter(LOADER, pattern, null));
    }

    static List<Object> values() {
        List<Object> values = new ArrayList<>(List.of(0, 1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, 0L, -1L, 1L << 40,
                Long.MIN_VALUE, true, false, "", "a", "\0", "é", "€", "\ud83d\ude00", "\ud83d", "a\0b\uffff"));
        for (int length : new int[] {21_844, 21_845, 21_846, 65_535, 65_536, 70_000}) {
            values.add("x".repeat(length));
            values.add("€".repeat(length));
        }
        Random random = new Random(7);
        for (int i = 0; i < 50; i++) {
            StringBuilder text = new StringBuilder();
            random.ints(random.nextInt(100), 0, 0x10000).forEach(c -> text.append((char) c));
            values.add(text.toString());
            values.add(random.nextInt());
            values.add(random.nextLong());
        }
        return values;
    }

    private static byte[] streamed(Object value) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(value);
        }
        return bytes.toByteArray();
    }

    @Test
    void theBytesAreTheSameAndComeBack() throws Exception {
        for (Object value : values()) {
            byte[] bytes = streamed(value);
            assertThat(serializer.serialize("v", value)).isEqualTo(bytes);
            assertThat(serializer.deserialize("v", bytes)).isEqualTo(value);
            List<Object> met = new ArrayList<>(List.of("of the last one"));
            assertThat(serializer.serialize("v", value, met)).isEqualTo(bytes);
            assertThat(met).singleElement().isSameAs(value);
            List<Object> made = new ArrayList<>(List.of("of the last one"));
            Object back = serializer.deserialize("v", bytes, made);
            assertThat(back).isEqualTo(value);
            assertThat(made).singleElement().isSameAs(back);
        }
    }

    @Test
    @DisplayName("no streams are needed for them")
    void theyAreRecognised() throws Exception {
        for (Object value : new Object[] {7, 8L, true}) {
            assertThat(PlainForm.write(value)).isEqualTo(streamed(value));
            assertThat(PlainForm.readPrimitive(streamed(value))).isEqualTo(value);
        }
        assertThat(PlainForm.write("text")).isEqualTo(streamed("text"));
        assertThat(PlainForm.readText(streamed("text"))).isEqualTo("text");
        assertThat(PlainForm.write(List.of())).isNull();
        assertThat(PlainForm.readPrimitive(streamed((short) 1))).isNull();
    }

    @ParameterizedTest
    @MethodSource("values")
    @DisplayName("Bad input: bytes that were cut or changed are read, or refused, as ever")
    void otherBytesAreLeftToTheStreams(Object value) throws Exception {
        byte[] bytes = streamed(value);
        Random random = new Random(11);
        for (int i = 0; i < 20; i++) {
            byte[] other = random.nextBoolean() ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes.clone();
            if (other.length == bytes.length) {
                other[random.nextInt(Math.min(other.length, 80))] ^= (byte) (1 << random.nextInt(8));
            }
            Object byStreams;
            try {
                byStreams = readStream(other);
            } catch (Exception e) {
                assertThatThrownBy(() -> serializer.deserialize("v", other)).isInstanceOf(UnreadableAttribute.class);
                continue;
            }
            assertThat(serializer.deserialize("v", other)).isEqualTo(byStreams);
        }
    }

    @Test
    @DisplayName("a filter that refuses numbers refuses these")
    void theFilterIsAsked() throws Exception {
        WebappSerializer strict = serializer("!java.lang.Integer");
        byte[] number = strict.serialize("v", 1);
        assertThatThrownBy(() -> strict.deserialize("v", number)).isInstanceOf(UnreadableAttribute.class);
        assertThat(strict.deserialize("v", strict.serialize("v", true))).isEqualTo(true);
        assertThat(strict.deserialize("v", strict.serialize("v", "text"))).isEqualTo("text");
    }

    private static Object readStream(byte[] bytes) throws Exception {
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
            in.setObjectInputFilter(new SerialFilter(LOADER, null, null));
            return in.readObject();
        }
    }
}
