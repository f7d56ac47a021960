package dev.lungo.firmware.bios;

import static dev.lungo.firmware.bios.BiosBench.AX;
import static dev.lungo.firmware.bios.BiosBench.BP;
import static dev.lungo.firmware.bios.BiosBench.BX;
import static dev.lungo.firmware.bios.BiosBench.CX;
import static dev.lungo.firmware.bios.BiosBench.DI;
import static dev.lungo.firmware.bios.BiosBench.DX;
import static dev.lungo.firmware.bios.BiosBench.ES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.isa.Width;
import dev.lungo.machine.Picture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** INT 10h in graphics modes, fonts, and saving the screen. */
class GraphicsTest {
    private static final int BUFFER = 0x9000;
    private static final int RED = 0xAA0000;
    private static final int GREY = 0xAAAAAA;

    private final BiosBench bench = new BiosBench();

    private Picture.Pixels pixels() {
        return (Picture.Pixels) bench.display.picture();
    }

    private int pixel(int x, int y) {
        Picture.Pixels pixels = pixels();
        return pixels.rgb()[y * pixels.width() + x];
    }

    private int letter(int row) {
        return bench.memory.getByte(Layout.VIDEO_BASE + Layout.FONT_16 + 16 * 'A' + row) & 0xFF;
    }

    @ParameterizedTest
    @CsvSource({
        "0x04, 320, 200, 2", "0x06, 640, 200, 1", "0x0D, 320, 200, 4", "0x0E, 640, 200, 4",
        "0x10, 640, 350, 4", "0x11, 640, 480, 1", "0x12, 640, 480, 4", "0x13, 320, 200, 8",
        "0x6A, 800, 600, 4"
    })
    void eachModeShowsThePixelsThatAreWritten(String mode, int width, int height, int bits) {
        bench.call(0x10, Integer.decode(mode));
        int color = bits == 1 ? 1 : 2;

        bench.call(0x10, 0x0C00 | color, 0, width - 3, height - 20);

        assertThat(pixels().width()).isEqualTo(width);
        assertThat(pixels().height()).isEqualTo(height);
        assertThat(pixel(width - 3, height - 20)).isNotZero();
        assertThat(pixels().rgb()).containsOnlyOnce(pixel(width - 3, height - 20));
        bench.call(0x10, 0x0D00, 0, width - 3, height - 20);
        assertThat(bench.low(AX)).isEqualTo(color);
    }

    @Test
    void aCombinedPixelIsGoneTheSecondTime() {
        bench.call(0x10, 0x0012);

        bench.call(0x10, 0x0C84, 0, 100, 100);
        assertThat(pixel(100, 100)).isEqualTo(RED);
        bench.call(0x10, 0x0C84, 0, 100, 100);
        assertThat(pixel(100, 100)).isZero();
    }

    @Test
    void charactersAreDrawnAndReadBack() {
        bench.call(0x10, 0x0012);
        bench.call(0x10, 0x0200, 0, 0, 0x0203);

        bench.call(0x10, 0x0941, 0x0004, 1);

        for (int x = 0; x < 8; x++) {
            boolean set = (letter(5) & 0x80 >> x) != 0;
            assertThat(pixel(24 + x, 37)).isEqualTo(set ? RED : 0);
        }
        assertThat(bench.call(0x10, 0x0800, 0).low(AX)).isEqualTo('A');
    }

    @Test
    void graphicsScroll() {
        bench.call(0x10, 0x0012);
        bench.call(0x10, 0x0200, 0, 0, 0x0203);
        bench.call(0x10, 0x0941, 0x0007, 1);

        bench.call(0x10, 0x0601, 0x0000, 0x0000, 0x1D4F);

        bench.call(0x10, 0x0200, 0, 0, 0x0103);
        assertThat(bench.call(0x10, 0x0800, 0).low(AX)).isEqualTo('A');
    }

    @Test
    void textIsDrawnWithTheFontInPlane2() {
        bench.call(0x10, 0x0941, 0x0007, 1);

        Picture.Text text = (Picture.Text) bench.display.picture();

        assertThat(text.height()).isEqualTo(16);
        assertThat(text.line(0, 0, 5)).isEqualTo(letter(5));
    }

    @Test
    void aProgramsOwnCharactersAreDrawn() {
        bench.memory.write(BUFFER, new byte[] {1, 2, 3, 4, 5, 6, 7, 8});

        bench.segment(ES, 0).set(BP, BUFFER).call(0x10, 0x1110, 0x0800, 1, 'A');
        bench.call(0x10, 0x0941, 0x0007, 1);

        Picture.Text text = (Picture.Text) bench.display.picture();
        assertThat(text.height()).isEqualTo(8);
        assertThat(text.rows()).isEqualTo(50);
        assertThat(text.line(0, 0, 2)).isEqualTo(3);
    }

    @Test
    void theWindowAtA0000hMovesOverTheFrameBuffer() {
        bench.call(0x10, 0x4F02, 0x0103); // 800x600 in 256 colours, without a linear frame buffer
        assertThat(bench.get(AX)).isEqualTo(0x004F);
        bench.call(0x10, 0x4F05, 0, 0, 2);
        assertThat(bench.get(AX)).isEqualTo(0x004F);

        bench.mmio.write(0xA0005, Width.BYTE, 4);

        int at = 2 * 65_536 + 5;
        assertThat(pixel(at % 800, at / 800)).isEqualTo(RED);
        assertThat(bench.call(0x10, 0x4F05, 0x0100).get(DX)).isEqualTo(2);
        bench.call(0x10, 0x4F05, 0, 0, 256); // of 16 MiB there is none such
        assertThat(bench.get(AX)).isEqualTo(0x014F);
    }

    @Test
    void aModeTellsOfItsWindow() {
        bench.segment(ES, 0).set(DI, BUFFER).call(0x10, 0x4F01, 0, 0x103);

        int pointer = bench.memory.getInt(BUFFER + 12);
        long function = ((long) (pointer >>> 16) << 4) + (pointer & 0xFFFF);
        assertThat(bench.memory.getShort(BUFFER + 8)).isEqualTo((short) 0xA000);
        assertThat(bench.memory.getByte(function)).as("MOV AX").isEqualTo((byte) 0xB8);
        assertThat(bench.memory.getByte(function + 5)).as("RETF").isEqualTo((byte) 0xCB);
    }

    @Test
    void protectedModeGetsItsOwnFunctions() {
        bench.call(0x10, 0x4F0A, 0);

        long table = bench.state.segments[ES].base() + bench.get(DI);
        int last = bench.get(CX);
        assertThat(bench.get(AX)).isEqualTo(0x004F);
        for (int i = 0; i < 3; i++) {
            assertThat((int) bench.memory.getShort(table + 2L * i)).isBetween(8, last - 1);
        }
        assertThat(bench.memory.getByte(table + last - 1)).as("RET").isEqualTo((byte) 0xC3);
    }

    @Test
    void aScreenIsSavedAndPutBack() {
        bench.call(0x10, 0x1C00, 0, 7);
        assertThat(bench.low(AX)).isEqualTo(0x1C);
        assertThat(bench.get(BX)).isPositive();
        bench.call(0x10, 0x1010, 7, 0x0000, 0x3F00); // colour 7 red: 3Fh, 0, 0
        bench.segment(ES, 0).call(0x10, 0x1C01, BUFFER, 7);
        bench.call(0x10, 0x0092); // mode 12h, with memory as it is

        bench.segment(ES, 0).call(0x10, 0x1C02, BUFFER, 7);

        assertThat(bench.call(0x10, 0x0F00).low(AX)).isEqualTo(3);
        assertThat(((Picture.Text) bench.display.picture()).colors()[7]).isEqualTo(0xFF0000);
    }

    @Test
    void aVbeStateIsSavedAndPutBack() {
        bench.call(0x10, 0x4F02, 0x4118);
        bench.segment(ES, 0).call(0x10, 0x4F04, BUFFER, 0xF, 1);
        assertThat(bench.get(AX)).isEqualTo(0x004F);
        bench.call(0x10, 0x0003);

        bench.segment(ES, 0).call(0x10, 0x4F04, BUFFER, 0xF, 2);

        assertThat(pixels().width()).isEqualTo(1024);
        assertThat(bench.call(0x10, 0x4F03).get(BX)).isEqualTo(0x4118);
    }

    @Test
    void theScreenGoesOffAndOn() {
        bench.call(0x10, 0x1201, 0x0036);
        assertThat(bench.display.picture()).isInstanceOf(Picture.Blank.class);

        bench.call(0x10, 0x1200, 0x0036);
        assertThat(bench.display.picture()).isInstanceOf(Picture.Text.class);
    }

    @Test
    void colourSevenIsGrey() {
        bench.call(0x10, 0x0010);
        bench.call(0x10, 0x0C07, 0, 1, 1);

        assertThat(pixel(1, 1)).isEqualTo(GREY);
    }
}
