package dev.lungo.cli.trace;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.lungo.isa.CodeMode;
import dev.lungo.isa.Disassembler;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Width;
import dev.lungo.machine.BusWatcher;
import dev.lungo.machine.Tracer;
import dev.lungo.pc.Pc;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Set;

/** Writes what a machine does, one event a line. */
public final class TraceWriter implements Tracer, AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 16;

    private final Set<Trace> traces;
    private final BufferedOutputStream out;

    public TraceWriter(Set<Trace> traces, OutputStream out) {
        this.traces = traces;
        this.out = new BufferedOutputStream(out, BUFFER_BYTES);
    }

    /** What an engine is to be given. */
    public Tracer tracer() {
        return traces.contains(Trace.INSTRUCTIONS) ? this : Tracer.NONE;
    }

    /** Listens on the machine's buses, if that is wanted. */
    public void watch(Pc pc) {
        boolean exits = traces.contains(Trace.EXITS);
        if (exits || traces.contains(Trace.PORTS)) {
            pc.ports().watch(new Accesses("in ", "out"));
        }
        if (exits) {
            pc.mmio().watch(new Accesses("mmio-read ", "mmio-write"));
        }
    }

    @Override
    public void instruction(int cpu, CodeMode mode, long guestLinear, Instruction instruction) {
        line(
                "%d %016x  %s"
                        .formatted(
                                cpu, guestLinear, Disassembler.format(instruction, guestLinear)));
    }

    private synchronized void line(String text) {
        try {
            out.write(text.getBytes(US_ASCII));
            out.write('\n');
        } catch (IOException e) {
            throw new UncheckedIOException("the trace cannot be written", e);
        }
    }

    @Override
    public synchronized void close() {
        try {
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("the trace cannot be written", e);
        }
    }

    private final class Accesses implements BusWatcher {
        private final String read;
        private final String write;

        Accesses(String read, String write) {
            this.read = read;
            this.write = write;
        }

        @Override
        public void read(long address, Width width, long value) {
            line("%s %x %s -> %x".formatted(read, address, width, value));
        }

        @Override
        public void write(long address, Width width, long value) {
            line("%s %x %s <- %x".formatted(write, address, width, value));
        }
    }
}
