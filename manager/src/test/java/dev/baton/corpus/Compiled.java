package dev.baton.corpus;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** A class loader with classes compiled from a text: a version of an application. */
public final class Compiled extends ClassLoader {
    private final Map<String, ByteArrayOutputStream> classes = new HashMap<>();

    /**
     * @param name   of the class that is public in the text
     * @param source text of a compilation unit
     */
    public Compiled(String name, String source) {
        super(Compiled.class.getClassLoader());
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        JavaFileObject unit = new SimpleJavaFileObject(URI.create("memory:///" + name.replace('.', '/') + ".java"),
                JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return source;
            }
        };
        JavaFileManager files = new ForwardingJavaFileManager<>(compiler.getStandardFileManager(null, null, null)) {
            @Override
            public JavaFileObject getJavaFileForOutput(Location location, String className, JavaFileObject.Kind kind,
                                                       FileObject sibling) {
                return new SimpleJavaFileObject(URI.create("memory:///" + className), kind) {
                    @Override
                    public OutputStream openOutputStream() {
                        return classes.computeIfAbsent(className, c -> new ByteArrayOutputStream());
                    }
                };
            }
        };
        if (!compiler.getTask(null, files, null, List.of("-proc:none"), null, List.of(unit)).call()) {
            throw new IllegalArgumentException("does not compile: " + source);
        }
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        ByteArrayOutputStream bytes = classes.get(name);
        if (bytes == null) {
            throw new ClassNotFoundException(name);
        }
        return defineClass(name, bytes.toByteArray(), 0, bytes.size());
    }

    /** A new object of that class, made by its constructor without parameters. */
    public Object make(String name) throws ReflectiveOperationException {
        return loadClass(name).getConstructor().newInstance();
    }
}
