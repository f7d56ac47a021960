package dev.lungo.firmware.bios;

import static dev.lungo.firmware.bios.BiosBench.CS;
import static dev.lungo.firmware.bios.BiosBench.DX;
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
}
