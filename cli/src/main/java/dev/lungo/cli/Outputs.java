package dev.lungo.cli;

import dev.lungo.cli.trace.Trace;
import dev.lungo.cli.trace.TraceWriter;
import dev.lungo.machine.CharBackend;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Where a machine's output goes. */
final class Outputs implements AutoCloseable {
    private final List<OutputFile> files = new ArrayList<>();
    private final @Nullable StreamBackend serial;
    private final TraceWriter trace;

    private Outputs(SerialTarget serialTarget, Set<Trace> traces, Optional<String> traceFile) {
        serial =
                switch (serialTarget) {
                    case SerialTarget.Stdio _ ->
                            new StreamBackend(new FileOutputStream(FileDescriptor.out));
                    case SerialTarget.ToFile(String name) ->
                            new StreamBackend(file("--serial", name));
                    case SerialTarget.None _ -> null;
                };
        trace =
                new TraceWriter(
                        traces, traceFile.map(f -> file("--trace-file", f)).orElse(System.err));
    }

    /** Opens the files, which stay as they are until {@link #begin}. */
    static Outputs open(SerialTarget serial, Set<Trace> traces, Optional<String> traceFile) {
        return new Outputs(serial, traces, traceFile);
    }

    private OutputStream file(String option, String name) {
        try {
            OutputFile file = OutputFile.open(option, name);
            files.add(file);
            return file.stream();
        } catch (Refusal e) {
            abandon();
            throw e;
        }
    }

    CharBackend serial() {
        return serial == null ? _ -> {} : serial;
    }

    TraceWriter trace() {
        return trace;
    }

    /** Empties the files. */
    void begin() {
        files.forEach(OutputFile::begin);
    }

    /** Leaves the files as they were. */
    void abandon() {
        files.forEach(OutputFile::abandon);
    }

    @Override
    public void close() {
        closeSerial();
        trace.close();
    }

    /** Returns when all that the guest sent is written. */
    void closeSerial() {
        if (serial != null) {
            serial.close();
        }
    }
}
