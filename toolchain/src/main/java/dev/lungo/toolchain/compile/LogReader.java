package dev.lungo.toolchain.compile;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The program that prints the hypervisor's log in a Linux guest: a static ELF executable. */
public final class LogReader {
    private static final String SOURCE = "/dev/lungo/toolchain/client/log.S";

    private LogReader() {}

    public static byte[] build() {
        try {
            Path directory = Files.createTempDirectory("lungo-log");
            Path source = directory.resolve("log.S");
            Path program = directory.resolve("log");
            try (InputStream in = LogReader.class.getResourceAsStream(SOURCE)) {
                if (in == null) {
                    throw new IllegalStateException("no resource " + SOURCE);
                }
                Files.write(source, in.readAllBytes());
                Gcc.assembleProgram(directory, "log");
                return Files.readAllBytes(program);
            } finally {
                for (String name : new String[] {"log.S", "log.o", "log"}) {
                    Files.deleteIfExists(directory.resolve(name));
                }
                Files.delete(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
