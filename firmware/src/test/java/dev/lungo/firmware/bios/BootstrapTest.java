package dev.lungo.firmware.bios;

import static dev.lungo.firmware.bios.BiosBench.CS;
import static dev.lungo.firmware.bios.BiosBench.DS;
import static dev.lungo.firmware.bios.BiosBench.DX;
import static dev.lungo.firmware.bios.BiosBench.ES;
import static dev.lungo.firmware.bios.BiosBench.SI;
import static dev.lungo.firmware.bios.BiosBench.cdrom;
import static dev.lungo.firmware.bios.BiosBench.disk;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lungo.boot.BootException;
import dev.lungo.firmware.Board.Medium;
import java.util.List;
import org.junit.jupiter.api.Test;

/** INT 19h and INT 18h: what is booted, and what is said when nothing is. */
class BootstrapTest {
    private static final int PACKET = 0x9000;
    private static final int BUFFER = 0xA000;

    @Test
    void theBootSectorBeginsAt7C00hWithItsDriveInDl() {
        BiosBench bench = new BiosBench(disk(ArrayDisk.numbered(1 << 20)));

        bench.interrupt(0x19);

        assertThat(bench.state.segments[CS].selector()).isZero();
        assertThat(bench.state.rip).isEqualTo(0x7C00);
        assertThat(bench.low(DX)).isEqualTo(0x80);
        assertThat(bench.memory.getByte(0x7C00)).isEqualTo((byte) 0xF4);
    }

    @Test
    void adiskWithoutABootSectorIsPassedOver() {
        ArrayDisk empty = new ArrayDisk(1 << 20);
        BiosBench bench = new BiosBench(disk(empty), disk(ArrayDisk.numbered(1 << 20)));

        bench.interrupt(0x19);

        assertThat(bench.low(DX)).isEqualTo(0x81);
    }

    @Test
    void aBootProgramThatGivesUpHasTheNextDriveBooted() {
        BiosBench bench =
                new BiosBench(disk(ArrayDisk.numbered(1 << 20)), cdrom(ElToritoImage.of(0, 4)));
        bench.interrupt(0x19);

        bench.interrupt(0x18);

        assertThat(bench.low(DX)).isEqualTo(0xE0);
    }

    @Test
    void theOrderIsTheUsers() {
        BiosBench bench =
                new BiosBench(
                        List.of(Medium.CDROM, Medium.HARD_DISK),
                        disk(ArrayDisk.numbered(1 << 20)),
                        cdrom(ElToritoImage.of(0, 4)));

        bench.interrupt(0x19);

        assertThat(bench.low(DX)).isEqualTo(0xE0);
    }

    @Test
    void whenNothingBootsTheUserIsToldWhatWasLookedFor() {
        BiosBench bench =
                new BiosBench(disk(new ArrayDisk(1 << 20)), cdrom(new ArrayDisk(1 << 20)));

        assertThatThrownBy(() -> bench.interrupt(0x19))
                .isInstanceOf(BootException.class)
                .hasMessage(
                        "nothing could be booted by BIOS: disk 1 has no boot sector, whose last"
                                + " bytes would be 55 AA; CD-ROM 2 has no El Torito boot record");
    }

    @Test
    void ajumpToTheResetVectorIsAReset() {
        BiosBench bench = new BiosBench(disk(ArrayDisk.numbered(1 << 20)));
        assertThat(bench.memory.getInt(0xFFFF0)).isEqualTo(0x00E05BEA); // jmp F000:E05B

        bench.segment(CS, 0xF000).trapAt(0xE05B + 2);

        assertThat(bench.events).containsExactly("reset");
    }

    /** An El Torito packet for the image that {@link ElToritoImage} has, at DS:SI. */
    private static void packet(BiosBench bench, int mediaType) {
        bench.memory.write(PACKET, new byte[0x13]);
        bench.memory.putByte(PACKET, (byte) 0x13);
        bench.memory.putByte(PACKET + 1, (byte) mediaType);
        bench.memory.putInt(PACKET + 4, ElToritoImage.IMAGE_AT);
        bench.memory.putShort(PACKET + 12, (short) 0x2000);
        bench.memory.putShort(PACKET + 14, (short) 1);
        bench.segment(DS, 0).set(SI, PACKET);
    }

    @Test
    void anyImageOnACdromIsADiskOnRequest() {
        BiosBench bench = new BiosBench(cdrom(ElToritoImage.of(0, 4)));
        packet(bench, 2); // 1.44 MB

        bench.call(0x13, 0x4A00);

        assertThat(bench.carry()).isFalse();
        bench.segment(ES, 0).call(0x13, 0x0201, BUFFER, 0x0001, 0x0000);
        assertThat(bench.carry()).isFalse();
        assertThat(bench.memory.getInt(BUFFER)).isEqualTo(ElToritoImage.FIRST_BYTES);
        bench.segment(DS, 0).set(SI, PACKET).call(0x13, 0x4B00, 0, 0, 0x7F);
        assertThat(bench.segment(ES, 0).call(0x13, 0x0201, BUFFER, 1, 0).carry()).isTrue();
    }

    @Test
    void anyImageOnACdromIsBootedOnRequest() {
        BiosBench bench = new BiosBench(cdrom(ElToritoImage.of(0, 4)));
        packet(bench, 2);

        bench.call(0x13, 0x4C00);

        assertThat(bench.state.segments[CS].selector()).isEqualTo(0x2000);
        assertThat(bench.state.rip).isZero();
        assertThat(bench.low(DX)).isZero();
        assertThat(bench.memory.getInt(0x20000)).isEqualTo(ElToritoImage.FIRST_BYTES);
    }

    @Test
    void anImageThatIsNotThereIsRefused() {
        BiosBench bench = new BiosBench(cdrom(ElToritoImage.of(0, 4)));
        packet(bench, 2);
        bench.memory.putInt(PACKET + 4, 0x7FFF_FFFF);

        assertThat(bench.call(0x13, 0x4A00).carry()).isTrue();
        packet(bench, 2);
        bench.memory.putInt(PACKET + 4, 0x7FFF_FFFF);
        assertThat(bench.call(0x13, 0x4C00).carry()).isTrue();
        packet(bench, 9);
        assertThat(bench.call(0x13, 0x4A00).carry()).isTrue();
    }
}
