package dev.lungo.conformance.engines;

import dev.lungo.isa.Width;
import dev.lungo.machine.MmioDevice;
import dev.lungo.machine.PortDevice;
import dev.lungo.machine.WidePortDevice;
import java.util.ArrayList;
import java.util.List;

/** Devices that tests put on a bench. */
final class Devices {
    private Devices() {}

    /** What is told of a write to a port. */
    interface Written {
        void write(int offset, int value);
    }

    /** Something behind ports that reads zero. */
    static PortDevice port(Written written) {
        return new PortDevice() {
            @Override
            public int read(int offset) {
                return 0;
            }

            @Override
            public void write(int offset, int value) {
                written.write(offset, value);
            }
        };
    }

    /** Counts what is read, and keeps a list of all accesses. */
    static final class Recorder implements WidePortDevice, MmioDevice {
        final List<String> accesses = new ArrayList<>();
        long next = 0x8182_8384_8586_8788L;

        @Override
        public int read(int offset, Width width) {
            return (int) read((long) offset, width);
        }

        @Override
        public void write(int offset, Width width, int value) {
            write((long) offset, width, value & (int) width.mask());
        }

        @Override
        public long read(long offset, Width width) {
            long value = width.truncate(next);
            next += 0x0101_0101_0101_0101L;
            accesses.add("read %s %x: %x".formatted(width, offset, value));
            return value;
        }

        @Override
        public void write(long offset, Width width, long value) {
            accesses.add("write %s %x: %x".formatted(width, offset, width.truncate(value)));
        }
    }
}
