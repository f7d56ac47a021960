package dev.lungo.devices.display;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.devices.virtio.TestMemory;
import dev.lungo.isa.Width;
import dev.lungo.machine.Picture;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is in its registers, a display has a picture, of a size that has a limit. */
class HostileDisplayTest {
    private static final int STEPS = 50_000;
    private static final int MOST_WIDE = 4096;

    private final DisplayAdapter display = new DisplayAdapter(new TestMemory(1 << 20));

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void noRegistersMakeTheHostThrow(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < STEPS; i++) {
            int port = random.nextInt(Vga.PORTS);
            Width width = Width.ofBytes(1 << random.nextInt(4));
            long offset = random.nextInt(0x1_0000 - 8);
            switch (random.nextInt(6)) {
                case 0 -> display.vga().read(port);
                case 1, 2 -> display.vga().write(port, random.nextInt(0x100));
                case 3 -> displayInterface(random);
                case 4 -> display.window().read(offset, width);
                default -> display.window().write(offset, width, random.nextLong());
            }
            if (i % 2000 == 0) {
                look();
            }
        }
    }

    private void displayInterface(Random random) {
        int register = random.nextInt(BochsDisplay.REGISTERS + 2);
        int value = random.nextInt(0x10000) >> random.nextInt(16);
        display.display().write(0, Width.WORD, register);
        display.display().write(1, Width.WORD, value);
        display.display().read(1, Width.WORD);
    }

    private void look() {
        switch (display.picture()) {
            case Picture.Blank _ -> {}
            case Picture.Text text -> {
                assertThat(text.columns()).isBetween(1, 256);
                assertThat(text.rows()).isBetween(1, 256);
                for (int y = 0; y < text.height(); y++) {
                    assertThat(text.line(0, 0, y)).isBetween(0, 0xFF);
                }
            }
            case Picture.Pixels pixels -> {
                assertThat(pixels.width()).isBetween(0, MOST_WIDE);
                assertThat(pixels.rgb()).hasSize(pixels.width() * pixels.height());
            }
        }
    }
}
