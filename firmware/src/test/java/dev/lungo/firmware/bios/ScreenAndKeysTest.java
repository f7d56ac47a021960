package dev.lungo.firmware.bios;

import static dev.lungo.firmware.bios.BiosBench.AX;
import static dev.lungo.firmware.bios.BiosBench.BP;
import static dev.lungo.firmware.bios.BiosBench.BX;
import static dev.lungo.firmware.bios.BiosBench.DI;
import static dev.lungo.firmware.bios.BiosBench.DX;
import static dev.lungo.firmware.bios.BiosBench.ES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.machine.Picture;
import org.junit.jupiter.api.Test;

/** INT 10h, INT 16h, INT 09h, and both on the serial port. */
class ScreenAndKeysTest {
    private static final int BUFFER = 0x9000;

    private final BiosBench bench = new BiosBench();

    private void print(String text) {
        for (int i = 0; i < text.length(); i++) {
            bench.call(0x10, 0x0E00 | text.charAt(i), 7);
        }
    }

    @Test
    void textIsOnTheScreenAndOnTheSerialPort() {
        print("Hello,\r\nworld");

        assertThat(bench.row(0)).isEqualTo("Hello,");
        assertThat(bench.row(1)).isEqualTo("world");
        assertThat(bench.printed()).isEqualTo("Hello,\r\nworld");
        assertThat(bench.call(0x10, 0x0300, 0).get(DX)).isEqualTo(0x0105);
    }

    @Test
    void theScreenScrollsBeneathItsLastRow() {
        print("first\r\n" + "\r\n".repeat(23) + "last\r\n");

        assertThat(bench.row(0)).isEmpty();
        assertThat(bench.row(23)).isEqualTo("last");
        assertThat(bench.printed()).endsWith("last\r\n");
    }

    @Test
    void aLongLineGoesOnInTheNextRow() {
        print("x".repeat(81));

        assertThat(bench.row(1)).isEqualTo("x");
        assertThat(bench.printed()).isEqualTo("x".repeat(80) + "\r\nx");
    }

    @Test
    void aCharacterElsewhereMovesTheTerminalsCursor() {
        bench.call(0x10, 0x0200, 0, 0, 0x0A14);

        bench.call(0x10, 0x09C9, 0x0007, 1); // a double corner

        assertThat(bench.printed()).isEqualTo("\033[2J\033[11;21H\u2554");
    }

    @Test
    void aProgramThatTakesTheSerialPortHasItAlone() {
        bench.call(0x14, 0x00E3, 0, 0, 0);

        print("Hello");

        assertThat(bench.printed()).isEmpty();
        assertThat(bench.row(0)).isEqualTo("Hello");
    }

    @Test
    void aStringIsWrittenWithItsAttributes() {
        byte[] cells = {'A', 0x1F, 'B', 0x2E};
        bench.memory.write(BUFFER, cells);

        bench.segment(ES, 0).set(BP, BUFFER).call(0x10, 0x1303, 0, 2, 0x0305);

        assertThat(bench.memory.getInt(0xB8000 + 2 * (3 * 80 + 5))).isEqualTo(0x2E421F41);
    }

    @Test
    void mode13hShowsItsPixels() {
        bench.call(0x10, 0x0013);
        bench.call(0x10, 0x0C04, 0, 5, 3); // colour 4 at 5, 3

        Picture picture = bench.display.picture();

        assertThat(picture)
                .isInstanceOfSatisfying(
                        Picture.Pixels.class,
                        pixels -> {
                            assertThat(pixels.width()).isEqualTo(320);
                            assertThat(pixels.height()).isEqualTo(200);
                            assertThat(pixels.rgb()[3 * 320 + 5]).isEqualTo(0xAA0000);
                        });
    }

    @Test
    void textModeShowsItsCharacters() {
        print("Hello");

        assertThat(bench.display.picture())
                .isInstanceOfSatisfying(
                        Picture.Text.class,
                        text -> {
                            assertThat(text.columns()).isEqualTo(80);
                            assertThat(text.rows()).isEqualTo(25);
                            assertThat(text.character(0, 4)).isEqualTo('o');
                            assertThat(text.colors()[7]).isEqualTo(0xAAAAAA);
                        });
    }

    @Test
    void aVbeModeHasALinearFrameBuffer() {
        bench.memory.putInt(BUFFER, 0x32454256); // "VBE2"
        bench.segment(ES, 0).set(DI, BUFFER).call(0x10, 0x4F00);
        assertThat(bench.get(AX)).isEqualTo(0x004F);
        assertThat(bench.memory.getInt(BUFFER)).isEqualTo(0x41534556); // "VESA"
        int modes = bench.memory.getInt(BUFFER + 14);
        long list = ((long) (modes >>> 16) << 4) + (modes & 0xFFFF);
        assertThat(bench.memory.getShort(list)).isEqualTo((short) 0x100);

        bench.segment(ES, 0).set(DI, BUFFER).call(0x10, 0x4F01, 0, 0x144);
        assertThat(bench.memory.getShort(BUFFER + 0x12)).isEqualTo((short) 1024);
        assertThat(bench.memory.getInt(BUFFER + 0x28) & 0xFFFF_FFFFL)
                .isGreaterThanOrEqualTo(0xC000_0000L);

        bench.call(0x10, 0x4F02, 0x4144);
        assertThat(bench.get(AX)).isEqualTo(0x004F);
        assertThat(bench.call(0x10, 0x4F03).get(BX)).isEqualTo(0x4144);
        assertThat(bench.display.picture())
                .isInstanceOfSatisfying(
                        Picture.Pixels.class, pixels -> assertThat(pixels.width()).isEqualTo(1024));

        bench.call(0x10, 0x0003);
        assertThat(bench.display.picture()).isInstanceOf(Picture.Text.class);
    }

    @Test
    void theMonitorDescribesItself() {
        bench.segment(ES, 0).set(DI, BUFFER).call(0x10, 0x4F15, 1, 0, 0);

        int sum = 0;
        for (int i = 0; i < 128; i++) {
            sum += bench.memory.getByte(BUFFER + i);
        }
        assertThat(bench.get(AX)).isEqualTo(0x004F);
        assertThat(sum & 0xFF).isZero();
        assertThat(bench.memory.getByte(BUFFER + 126)).as("extensions").isZero();
    }

    @Test
    void aFontIsWhereTheServiceSays() {
        bench.call(0x10, 0x1130, 0x0600);

        long font = bench.state.segments[ES].base() + bench.get(BP);

        assertThat(bench.memory.getLong(font + 16 * 'A')).isNotZero();
    }

    // ---- Keys

    @Test
    void breakEmptiesTheBufferAndCallsItsInterrupt() {
        press(0x1E); // a
        press(0x1D, 0xE0, 0x46); // Ctrl and Break

        assertThat(bench.high(AX)).as("the interrupt to call").isEqualTo(0x1B);
        assertThat(bench.memory.getByte(0x471)).isEqualTo((byte) 0x80);
        assertThat(bench.call(0x16, 0x0000).get(AX)).isZero();
        bench.call(0x16, 0x0100);
        assertThat(bench.zero()).as("no more keys").isTrue();
    }

    @Test
    void printScreenIsNoKeyButAnInterrupt() {
        press(0xE0, 0x2A, 0xE0, 0x37);

        assertThat(bench.high(AX)).isEqualTo(0x05);
        bench.call(0x16, 0x0100);
        assertThat(bench.zero()).isTrue();
    }

    private void press(int... scanCodes) {
        for (int code : scanCodes) {
            bench.set(AX, code).hardwareInterrupt(0x09);
        }
    }

    @Test
    void aKeyWaitsUntilItIsTaken() {
        press(0x1E, 0x9E); // A down and up

        assertThat(bench.call(0x16, 0x0100).get(AX)).isEqualTo(0x1E61);
        assertThat(bench.zero()).isFalse();
        assertThat(bench.call(0x16, 0x0000).get(AX)).isEqualTo(0x1E61);
        bench.call(0x16, 0x0100);
        assertThat(bench.zero()).isTrue();
    }

    @Test
    void whoWantsAKeyWaitsForOne() {
        bench.call(0x16, 0x0000);
        assertThat(bench.waits(0x16)).isTrue();

        press(0x2A, 0x1E, 0x9E, 0xAA); // Shift and A

        assertThat(bench.call(0x16, 0x0000).get(AX)).isEqualTo(0x1E41);
    }

    @Test
    void greyArrowsAreToldApartOnlyForWhoAsks() {
        press(0xE0, 0x48, 0xE0, 0xC8);
        press(0xE0, 0x48, 0xE0, 0xC8);

        assertThat(bench.call(0x16, 0x1000).get(AX)).isEqualTo(0x48E0);
        assertThat(bench.call(0x16, 0x0000).get(AX)).isEqualTo(0x4800);
    }

    @Test
    void controlAltAndCapsLockChangeKeys() {
        press(0x1D, 0x2E, 0xAE, 0x9D); // Ctrl-C
        press(0x38, 0x3B, 0xBB, 0xB8); // Alt-F1
        press(0x3A, 0xBA, 0x1E, 0x9E); // Caps Lock, A

        assertThat(bench.call(0x16, 0x0000).get(AX)).isEqualTo(0x2E03);
        assertThat(bench.call(0x16, 0x0000).get(AX)).isEqualTo(0x6800);
        assertThat(bench.call(0x16, 0x0000).get(AX)).isEqualTo(0x1E41);
        assertThat(bench.call(0x16, 0x0200).low(AX)).isEqualTo(0x40);
    }

    @Test
    void leftAndRightAreToldApart() {
        press(0x1D, 0xE0, 0x1D, 0xE0, 0x38); // both Ctrl, the right Alt
        assertThat(bench.call(0x16, 0x1200).get(AX)).isEqualTo(0x0D0C);

        press(0x9D);
        assertThat(bench.call(0x16, 0x1200).get(AX)).isEqualTo(0x0C0C);

        press(0xE0, 0x9D, 0xE0, 0xB8, 0x3A, 0x3A, 0xE0, 0x52); // Caps Lock repeats; Insert
        assertThat(bench.call(0x16, 0x1200).get(AX)).isEqualTo(0x40C0);
    }

    @Test
    void theKeypadTypesCharactersByTheirNumbers() {
        press(0x38, 0x4F, 0xCF, 0x51, 0xD1, 0x4B, 0xCB); // Alt and 134
        bench.call(0x16, 0x0100);
        assertThat(bench.zero()).isTrue();

        press(0xB8);

        assertThat(bench.call(0x16, 0x0000).get(AX)).isEqualTo(134);
    }

    @Test
    void pauseWaitsForAKeyThatIsNotTyped() {
        press(0xE1, 0x1D, 0x45);
        assertThat(bench.high(AX)).as("what is to be done").isEqualTo(0x01);
        press(0xE1, 0x9D, 0xC5, 0x2A, 0xAA, 0x1E); // its own end, and Shift, change nothing
        assertThat(bench.memory.getByte(0x418) & 8).isZero();
        bench.call(0x16, 0x0100);
        assertThat(bench.zero()).as("the key is gone").isTrue();

        press(0x1D, 0x45); // Ctrl and Num Lock
        assertThat(bench.high(AX)).isEqualTo(0x01);
        assertThat(bench.memory.getByte(0x418) & 8).isEqualTo(8);
    }

    @Test
    void sysRqIsAnInterruptWhenItGoesDownAndUp() {
        press(0x38, 0x54);
        assertThat(bench.high(AX)).isEqualTo(0x85);
        press(0xD4);
        assertThat(bench.high(AX)).isEqualTo(0x86);
    }

    @Test
    void aTerminalsKeysAreKeys() {
        bench.type("a");
        assertThat(bench.call(0x16, 0x0000).get(AX)).isEqualTo(0x1E61);

        bench.type("\r");
        assertThat(bench.call(0x16, 0x0000).get(AX)).isEqualTo(0x1C0D);
    }

    @Test
    void theBufferTakesFifteenKeys() {
        for (int i = 0; i < 20; i++) {
            bench.call(0x16, 0x0500, 0, 0x1E61);
        }

        assertThat(bench.low(AX)).as("full").isOne();
    }
}
