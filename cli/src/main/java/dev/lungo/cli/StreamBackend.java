package dev.lungo.cli;

import dev.lungo.machine.CharBackend;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/** A serial line that ends in a stream of the host's. */
record StreamBackend(OutputStream out) implements CharBackend {
    @Override
    public void write(byte value) {
        try {
            out.write(value);
        } catch (IOException e) {
            throw new UncheckedIOException("the output of the serial port cannot be written", e);
        }
    }
}
