package dev.lungo.toolchain;

import dev.lungo.toolchain.compile.LogReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.spi.ToolProvider;

/** {@code -o FILE} writes the program that reads the hypervisor's log from a Linux guest. */
public final class LogReaderTool implements ToolProvider {
    @Override
    public String name() {
        return "lungo-metal-log";
    }

    @Override
    public int run(PrintWriter out, PrintWriter err, String... args) {
        if (args.length < 2 || !args[0].equals("-o")) {
            err.println("lungo: metal log needs -o FILE for the program");
            return 1;
        }
        Path file = Path.of(args[1]);
        try {
            Files.write(file, LogReader.build());
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
            return 0;
        } catch (ToolchainException e) {
            err.println("lungo: " + e.getMessage());
        } catch (IOException e) {
            err.println("lungo: cannot write " + file);
        }
        return 1;
    }
}
