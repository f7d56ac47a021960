package dev.lungo.firmware.uefi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.boot.Guid;
import dev.lungo.firmware.uefi.boottime.BootService;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SimpleNetworkTest {
    private static final Guid SIMPLE_NETWORK = Guid.parse("a19832b9-ac25-11d3-9a2d-0090273fc14d");
    private static final long OUT = Rig.SCRATCH;
    private static final long BUFFER = Rig.SCRATCH + 0x4_0000;
    private static final long RECEIVED = Rig.SCRATCH + 0x5_0000;
    private static final byte[] MAC = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
    private static final byte[] OTHER = {0x02, 1, 2, 3, 4, 5};
    private static final int MODE = 120;
    private static final int WAIT_FOR_PACKET = 112;

    /** In the order of the interface. */
    private enum Member {
        // spotless:off
        Start, Stop, Initialize, Reset, Shutdown, ReceiveFilters, StationAddress, Statistics,
        MCastIpToMac, NvData, GetStatus, Transmit, Receive
        // spotless:on
    }

    private final Rig rig = new Rig();
    private final long protocol = locate();

    private long locate() {
        rig.boot(BootService.LocateProtocol, rig.put(SIMPLE_NETWORK), 0, OUT);
        return rig.memory.getLong(OUT);
    }

    private long call(Member member, long... arguments) {
        long[] all = new long[arguments.length + 1];
        all[0] = protocol;
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return rig.call(rig.memory.getLong(protocol + 8 + 8L * index(member)), all);
    }

    private static int index(Member member) {
        return Arrays.asList(Member.values()).indexOf(member);
    }

    private void begin() {
        assertThat(call(Member.Start)).isEqualTo(EfiStatus.SUCCESS);
        assertThat(call(Member.Initialize, 0, 0)).isEqualTo(EfiStatus.SUCCESS);
    }

    private int mode(int offset) {
        return rig.memory.getInt(rig.memory.getLong(protocol + MODE) + offset);
    }

    private long send(int bytes) {
        rig.memory.write(OUT, OTHER);
        rig.memory.putShort(OUT + 8, (short) 0x0806);
        return call(Member.Transmit, 14, bytes, BUFFER, 0, OUT, OUT + 8);
    }

    private long receive() {
        rig.memory.putLong(OUT + 0x10, 2048);
        return call(Member.Receive, 0, OUT + 0x10, RECEIVED, OUT + 0x20, OUT + 0x40, OUT + 0x60);
    }

    @Test
    void aFrameGoesOutWithItsHeaderAndTheAnswerComesIn() {
        begin();
        rig.memory.write(BUFFER + 14, new byte[] {9, 8, 7});

        long sent = send(60);
        long received = receive();

        assertThat(sent).isEqualTo(EfiStatus.SUCCESS);
        assertThat(rig.echo.sent).hasSize(1);
        byte[] frame = rig.echo.sent.getFirst();
        assertThat(frame).hasSize(60).startsWith(OTHER).containsSequence(8, 6, 9, 8, 7);
        assertThat(Arrays.copyOfRange(frame, 6, 12)).isEqualTo(MAC);
        assertThat(received).isEqualTo(EfiStatus.SUCCESS);
        assertThat(rig.memory.getLong(OUT + 0x10)).isEqualTo(60);
        assertThat(rig.memory.getShort(OUT + 0x60)).isEqualTo((short) 0x0806);
        assertThat(rig.memory.getByte(OUT + 0x21)).isEqualTo(OTHER[1]);
        assertThat(rig.memory.getByte(RECEIVED + 15)).isEqualTo((byte) 8);
        assertThat(receive()).isEqualTo(EfiStatus.NOT_READY);
    }

    @Test
    void aBufferThatWasSentIsGivenBackOnce() {
        begin();
        send(60);

        call(Member.GetStatus, OUT, OUT + 8);
        long first = rig.memory.getLong(OUT + 8);
        call(Member.GetStatus, OUT, OUT + 8);

        assertThat(first).isEqualTo(BUFFER);
        assertThat(rig.memory.getLong(OUT + 8)).isZero();
    }

    @Test
    void ringsGoRound() {
        begin();
        for (int i = 0; i < 100; i++) {
            assertThat(send(100 + i)).isEqualTo(EfiStatus.SUCCESS);
            assertThat(receive()).isEqualTo(EfiStatus.SUCCESS);
            assertThat(rig.memory.getLong(OUT + 0x10)).isEqualTo(100 + i);
            call(Member.GetStatus, 0, OUT);
        }
    }

    @Test
    void aFrameThatIsLargerThanTheBufferStays() {
        begin();
        send(200);
        rig.memory.putLong(OUT + 0x10, 100);

        long status = call(Member.Receive, 0, OUT + 0x10, RECEIVED, 0, 0, 0);

        assertThat(status).isEqualTo(EfiStatus.BUFFER_TOO_SMALL);
        assertThat(rig.memory.getLong(OUT + 0x10)).isEqualTo(200);
        assertThat(receive()).isEqualTo(EfiStatus.SUCCESS);
    }

    @Test
    void multicastIsReceivedWhenItIsAskedFor() {
        begin();
        byte[] frame = new byte[60];
        System.arraycopy(new byte[] {1, 0, 0x5E, 1, 2, 3}, 0, frame, 0, 6);

        rig.echo.arrive(frame);
        long before = receive();
        rig.memory.write(OUT, frame, 0, 32);
        long status = call(Member.ReceiveFilters, 2, 0, 0, 1, OUT);
        rig.echo.arrive(frame);

        assertThat(before).isEqualTo(EfiStatus.NOT_READY);
        assertThat(status).isEqualTo(EfiStatus.SUCCESS);
        assertThat(rig.boot(BootService.CheckEvent, rig.memory.getLong(protocol + WAIT_FOR_PACKET)))
                .isEqualTo(EfiStatus.SUCCESS);
        assertThat(receive()).isEqualTo(EfiStatus.SUCCESS);
    }

    @Test
    void callsNeedTheirState() {
        assertThat(send(60)).isEqualTo(EfiStatus.NOT_STARTED);
        assertThat(call(Member.Initialize, 0, 0)).isEqualTo(EfiStatus.NOT_STARTED);
        assertThat(call(Member.Start)).isEqualTo(EfiStatus.SUCCESS);
        assertThat(call(Member.Start)).isEqualTo(EfiStatus.ALREADY_STARTED);
        assertThat(send(60)).isEqualTo(EfiStatus.DEVICE_ERROR);
        assertThat(call(Member.Initialize, 0, 0)).isEqualTo(EfiStatus.SUCCESS);
        assertThat(mode(0)).isEqualTo(2);
        assertThat(call(Member.Stop)).isEqualTo(EfiStatus.DEVICE_ERROR);
        assertThat(send(13)).isEqualTo(EfiStatus.BUFFER_TOO_SMALL);
        assertThat(send(1515)).isEqualTo(EfiStatus.INVALID_PARAMETER);
        assertThat(call(Member.Shutdown)).isEqualTo(EfiStatus.SUCCESS);
        assertThat(call(Member.Stop)).isEqualTo(EfiStatus.SUCCESS);
    }

    @Test
    void whatAGuestWritesIntoTheRingsHurtsNobody() {
        begin();
        for (long at = Rig.SCRATCH + 0x10_0000; at < Rig.RAM; at += 4096) {
            if (rig.memory.getShort(at + 0x400) == 1 && rig.memory.getShort(at + 0x402) == 32) {
                for (int i = 0; i < 0x200; i += 4) { // the used ring
                    rig.memory.putInt(at + 0x804 + i, 0x7FFF_FFFF);
                }
                rig.memory.putShort(at + 0x802, (short) 20);
            }
        }

        assertThat(receive()).isEqualTo(EfiStatus.NOT_READY);
    }

    @Test
    void nothingIsWrittenToMemoryOnceBootServicesHaveEnded() {
        begin();
        rig.memory.putLong(OUT, 0x8000);
        rig.boot(BootService.GetMemoryMap, OUT, BUFFER, OUT + 8, OUT + 16, OUT + 24);
        rig.boot(BootService.ExitBootServices, 0, rig.memory.getLong(OUT + 8));
        byte[] before = new byte[(int) Rig.RAM];
        rig.memory.read(0, before, 0, before.length);
        byte[] frame = new byte[60];
        Arrays.fill(frame, (byte) 0xFF);

        rig.echo.arrive(frame);

        byte[] after = new byte[(int) Rig.RAM];
        rig.memory.read(0, after, 0, after.length);
        assertThat(Arrays.equals(before, after)).isTrue();
    }
}
