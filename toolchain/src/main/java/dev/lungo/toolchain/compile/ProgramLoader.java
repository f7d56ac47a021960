package dev.lungo.toolchain.compile;

import dev.lungo.toolchain.semantics.ClassPass;
import dev.lungo.toolchain.semantics.ExitPath;
import dev.lungo.toolchain.semantics.ProgramClasses;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;

/**
 * Where TeaVM finds class files: the program's and its class library's, each as {@link ClassPass}
 * makes it, when it is asked for. The JDK's own classes are not there; TeaVM has others for them.
 */
final class ProgramLoader extends ClassLoader {
    private static final String CLASS = ".class";

    private final ProgramClasses program;
    private final ClassPass pass;

    ProgramLoader(ProgramClasses program, ExitPath exitPath, ClassLoader library) {
        super(library);
        this.program = program;
        this.pass = new ClassPass(this::original, exitPath);
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
        if (!name.endsWith(CLASS)) {
            return super.getResources(name);
        }
        URL found = getResource(name);
        return found == null
                ? Collections.emptyEnumeration()
                : Collections.enumeration(List.of(found));
    }

    @Override
    public URL getResource(String name) {
        if (!name.endsWith(CLASS)) {
            return super.getResource(name);
        }
        String className = name.substring(0, name.length() - CLASS.length());
        return original(className).map(bytes -> url(className, bytes)).orElse(null);
    }

    private Optional<byte[]> original(String className) {
        return program.classFile(className).or(() -> library(getParent(), className));
    }

    /** A class file of TeaVM's class library. */
    static Optional<byte[]> library(ClassLoader loader, String className) {
        URL library = loader.getResource(className + CLASS);
        if (library == null || library.getProtocol().equals("jrt")) {
            return Optional.empty();
        }
        try (InputStream in = library.openStream()) {
            return Optional.of(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private URL url(String className, byte[] original) {
        URLStreamHandler handler =
                new URLStreamHandler() {
                    @Override
                    protected URLConnection openConnection(URL url) {
                        return new URLConnection(url) {
                            @Override
                            public void connect() {}

                            @Override
                            public InputStream getInputStream() {
                                return new ByteArrayInputStream(pass.apply(className, original));
                            }
                        };
                    }
                };
        try {
            return URL.of(URI.create("program:/" + className.replace("$", "%24") + CLASS), handler);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
