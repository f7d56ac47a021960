package dev.lungo.cli.monitor;

import dev.lungo.firmware.text.CodePage437;
import dev.lungo.machine.Picture;

/** A screen in lines for people to read. */
public final class ScreenText {
    private ScreenText() {}

    /** The characters on it, without the spaces at the ends of lines. */
    public static String of(Picture picture) {
        return switch (picture) {
            case Picture.Blank _ -> "the screen is blank\n";
            case Picture.Pixels(int width, int height, _) ->
                    "the screen shows %d x %d pixels; --screen F.ppm keeps them%n"
                            .formatted(width, height);
            case Picture.Text text -> lines(text);
        };
    }

    private static String lines(Picture.Text text) {
        StringBuilder out = new StringBuilder();
        for (int row = 0; row < text.rows(); row++) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < text.columns(); column++) {
                line.append(CodePage437.unicode(text.character(row, column)));
            }
            out.append(line.toString().stripTrailing()).append('\n');
        }
        return out.toString().stripTrailing() + "\n";
    }
}
