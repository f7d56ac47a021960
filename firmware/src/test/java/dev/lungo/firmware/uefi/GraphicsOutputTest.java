package dev.lungo.firmware.uefi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.boot.Guid;
import dev.lungo.firmware.uefi.boottime.BootService;
import dev.lungo.machine.Picture;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class GraphicsOutputTest {
    private static final Guid GRAPHICS_OUTPUT = Guid.parse("9042a9de-23dc-4a38-96fb-7aded080516a");
    private static final long OUT = Rig.SCRATCH;
    private static final long BUFFER = Rig.SCRATCH + 0x4_0000;

    // Members
    private static final int QUERY_MODE = 0;
    private static final int SET_MODE = 1;
    private static final int BLT = 2;

    // EFI_GRAPHICS_OUTPUT_BLT_OPERATION
    private static final int FILL = 0;
    private static final int TO_BUFFER = 1;
    private static final int TO_VIDEO = 2;
    private static final int VIDEO_TO_VIDEO = 3;

    private static final int RED = 0xFF_0000;
    private static final int GREEN = 0x00_FF00;

    private final Rig rig = new Rig();
    private final long protocol = locate();

    private long locate() {
        rig.boot(BootService.LocateProtocol, rig.put(GRAPHICS_OUTPUT), 0, OUT);
        return rig.memory.getLong(OUT);
    }

    private long call(int member, long... arguments) {
        long[] all = new long[arguments.length + 1];
        all[0] = protocol;
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return rig.call(rig.memory.getLong(protocol + 8L * member), all);
    }

    private Picture.Pixels screen() {
        return (Picture.Pixels) rig.display.picture();
    }

    private int pixel(int x, int y) {
        return screen().rgb()[y * screen().width() + x];
    }

    private long fill(int color, int x, int y, int width, int height) {
        rig.memory.putInt(OUT, color);
        return call(BLT, OUT, FILL, 0, 0, x, y, width, height, 0);
    }

    @Test
    void theModeSaysWhereTheFrameBufferIs() {
        long mode = rig.memory.getLong(protocol + 24);
        long information = rig.memory.getLong(mode + 8);

        assertThat(rig.memory.getLong(mode + 24))
                .isEqualTo(0xC100_0000L); // behind the network device
        assertThat(rig.memory.getLong(mode + 32)).isEqualTo(1280L * 800 * 4);
        assertThat(rig.memory.getInt(information + 4)).isEqualTo(1280);
        assertThat(rig.memory.getInt(information + 12)).isEqualTo(1); // blue first
        assertThat(rig.memory.getInt(information + 32)).isEqualTo(1280); // a line
    }

    @Test
    void everyModeThatIsListedCanBeSet() {
        long mode = rig.memory.getLong(protocol + 24);
        int count = rig.memory.getInt(mode);
        for (int i = 0; i < count; i++) {
            assertThat(call(QUERY_MODE, i, OUT, OUT + 8)).isEqualTo(EfiStatus.SUCCESS);
            long information = rig.memory.getLong(OUT + 8);
            fill(RED, 0, 0, 1, 1);

            assertThat(call(SET_MODE, i)).isEqualTo(EfiStatus.SUCCESS);

            assertThat(screen().width()).isEqualTo(rig.memory.getInt(information + 4));
            assertThat(screen().height()).isEqualTo(rig.memory.getInt(information + 8));
            assertThat(rig.memory.getInt(mode + 4)).isEqualTo(i);
            assertThat(pixel(0, 0)).isZero();
        }
        assertThat(call(QUERY_MODE, count, OUT, OUT + 8)).isEqualTo(EfiStatus.INVALID_PARAMETER);
        assertThat(call(SET_MODE, count)).isEqualTo(EfiStatus.UNSUPPORTED);
        assertThat(call(SET_MODE, -1)).isEqualTo(EfiStatus.UNSUPPORTED);
    }

    @Test
    void aRectangleIsFilledAndNothingElse() {
        assertThat(fill(RED, 10, 20, 3, 2)).isEqualTo(EfiStatus.SUCCESS);

        assertThat(pixel(10, 20)).isEqualTo(RED);
        assertThat(pixel(12, 21)).isEqualTo(RED);
        assertThat(Arrays.stream(screen().rgb()).filter(each -> each == RED)).hasSize(6);
    }

    @Test
    void aPartOfABufferGoesToTheScreenAndBack() {
        for (int i = 0; i < 100; i++) {
            rig.memory.putInt(BUFFER + 4L * i, i); // ten a line
        }

        assertThat(call(BLT, BUFFER, TO_VIDEO, 2, 3, 100, 200, 4, 5, 40)).isZero();
        assertThat(call(BLT, BUFFER, TO_BUFFER, 101, 201, 0, 1, 2, 2, 40)).isZero();

        assertThat(pixel(100, 200)).isEqualTo(32);
        assertThat(pixel(103, 204)).isEqualTo(75);
        assertThat(pixel(104, 204)).isZero();
        assertThat(rig.memory.getInt(BUFFER + 40)).isEqualTo(43);
        assertThat(rig.memory.getInt(BUFFER + 84)).isEqualTo(54);
        assertThat(rig.memory.getInt(BUFFER + 88)).isEqualTo(22);
    }

    @Test
    void withoutADistanceTheBufferIsAsWideAsTheRectangle() {
        rig.memory.putInt(BUFFER + 12, GREEN);

        assertThat(call(BLT, BUFFER, TO_VIDEO, 0, 0, 5, 5, 3, 2, 0)).isZero();

        assertThat(pixel(5, 6)).isEqualTo(GREEN);
    }

    @Test
    void theScreenIsMovedOverItselfInEveryDirection() {
        for (int dy = -1; dy <= 1; dy++) {
            for (int dx = -1; dx <= 1; dx++) {
                for (int i = 0; i < 9; i++) {
                    fill(i + 1, 20 + i % 3, 20 + i / 3, 1, 1);
                }

                assertThat(call(BLT, 0, VIDEO_TO_VIDEO, 20, 20, 20 + dx, 20 + dy, 3, 3, 0))
                        .isZero();

                for (int i = 0; i < 9; i++) {
                    assertThat(pixel(20 + dx + i % 3, 20 + dy + i / 3)).isEqualTo(i + 1);
                }
            }
        }
    }

    @Test
    void whatIsNotAllOnTheScreenIsRefused() {
        long[][] bad = {
            {OUT, FILL, 0, 0, 1279, 0, 2, 1, 0},
            {OUT, FILL, 0, 0, 0, 799, 1, 2, 0},
            {OUT, FILL, 0, 0, -1, 0, 1, 1, 0},
            {OUT, FILL, 0, 0, Long.MAX_VALUE, 0, 2, 1, 0},
            {OUT, FILL, 0, 0, 0, 0, 0, 1, 0},
            {OUT, FILL, 0, 0, 0, 0, 1, 0, 0},
            {0, FILL, 0, 0, 0, 0, 1, 1, 0},
            {OUT, TO_BUFFER, 1280, 0, 0, 0, 1, 1, 0},
            {OUT, TO_VIDEO, -1, 0, 0, 0, 1, 1, 0},
            {OUT, TO_VIDEO, 0, Long.MAX_VALUE, 0, 0, 1, 1, Long.MAX_VALUE},
            {Rig.RAM - 4, TO_VIDEO, 0, 0, 0, 0, 2, 1, 0},
            {0, VIDEO_TO_VIDEO, 0, 0, 1270, 0, 11, 1, 0},
            {OUT, 4, 0, 0, 0, 0, 1, 1, 0},
        };
        for (long[] arguments : bad) {
            assertThat(call(BLT, arguments))
                    .as(Arrays.toString(arguments))
                    .isEqualTo(EfiStatus.INVALID_PARAMETER);
        }
    }

    @Test
    void textIsDrawnInTheMiddleAndScrolls() {
        long conOut = rig.memory.getLong(rig.systemTable + 64);
        long outputString = rig.memory.getLong(conOut + 8);
        rig.call(rig.memory.getLong(conOut + 48), conOut); // ClearScreen()
        int left = (1280 - 80 * 8) / 2;
        int top = (800 - 25 * 16) / 2;

        rig.call(outputString, conOut, rig.put("\u2588"));
        boolean drawn = pixel(left, top) != 0 && pixel(left + 7, top + 15) != 0;
        for (int i = 0; i < 24; i++) {
            rig.call(outputString, conOut, rig.put("\r\n"));
        }
        boolean still = pixel(left, top) != 0;
        rig.call(outputString, conOut, rig.put("\r\n"));

        assertThat(drawn).isTrue();
        assertThat(still).isTrue();
        assertThat(pixel(left, top)).isZero();
    }

    @Test
    void textBringsItsOwnModeBackWhenItIsCleared() {
        long conOut = rig.memory.getLong(rig.systemTable + 64);
        call(SET_MODE, 1);

        rig.call(rig.memory.getLong(conOut + 48), conOut); // ClearScreen()

        assertThat(screen().width()).isEqualTo(1280);
        assertThat(rig.memory.getInt(rig.memory.getLong(protocol + 24) + 4)).isZero();
    }

    @Test
    void theMonitorDescribesItself() {
        Guid active = Guid.parse("bd8c1056-9f36-44ec-92a8-a6337f817986");
        rig.boot(BootService.LocateProtocol, rig.put(active), 0, OUT);
        long edid = rig.memory.getLong(OUT);
        byte[] block = new byte[rig.memory.getInt(edid)];

        rig.memory.read(rig.memory.getLong(edid + 8), block, 0, block.length);

        int sum = 0;
        for (byte each : block) {
            sum += each;
        }
        assertThat(block).hasSize(128).startsWith(0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0);
        assertThat(sum & 0xFF).isZero();
    }
}
