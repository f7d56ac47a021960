package dev.lungo.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lungo.cli.monitor.ScreenText;
import dev.lungo.firmware.text.Font;
import dev.lungo.machine.Picture;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/** Keeps what a screen shows: as a portable pixmap, ppm(5), or as text. */
final class ScreenFile {
    private static final int CHARACTER_WIDTH = 8;

    private ScreenFile() {}

    /** Writes a picture if the name ends in {@code .ppm}, else text. */
    static void write(String name, Picture picture) {
        byte[] bytes =
                name.endsWith(".ppm")
                        ? ppm(pixels(picture))
                        : ScreenText.of(picture).getBytes(UTF_8);
        OutputFile file = OutputFile.open("--screen", name);
        file.begin();
        try (OutputStream out = file.stream()) {
            out.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(name + " cannot be written", e);
        }
    }

    private static Picture.Pixels pixels(Picture picture) {
        return switch (picture) {
            case Picture.Blank _ -> new Picture.Pixels(1, 1, new int[1]);
            case Picture.Pixels pixels -> pixels;
            case Picture.Text text -> drawn(text);
        };
    }

    private static Picture.Pixels drawn(Picture.Text text) {
        int width = text.columns() * CHARACTER_WIDTH;
        int height = text.rows() * text.height();
        int[] rgb = new int[width * height];
        boolean own = hasOwnFont(text);
        for (int i = 0; i < rgb.length; i++) {
            int x = i % width;
            int y = i / width;
            int row = y / text.height();
            int column = x / CHARACTER_WIDTH;
            int line = y % text.height();
            int bits = own ? text.line(row, column, line) : line(text.character(row, column), line);
            int attribute = text.attribute(row, column);
            boolean set = (bits & 0x80 >> x % CHARACTER_WIDTH) != 0;
            rgb[i] = text.colors()[set ? attribute & 0xF : attribute >> 4];
        }
        return new Picture.Pixels(width, height, rgb);
    }

    private static boolean hasOwnFont(Picture.Text text) {
        for (byte each : text.fonts()) {
            if (each != 0) {
                return true;
            }
        }
        return false;
    }

    private static int line(int character, int line) {
        return line < Font.HEIGHT_16.height() ? Font.HEIGHT_16.row(character, line) : 0;
    }

    private static byte[] ppm(Picture.Pixels pixels) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes("P6 %d %d 255%n".formatted(pixels.width(), pixels.height()).getBytes(UTF_8));
        for (int color : pixels.rgb()) {
            out.write(color >> 16);
            out.write(color >> 8);
            out.write(color);
        }
        return out.toByteArray();
    }
}
