package dev.lungo.firmware.bios;

import static dev.lungo.firmware.bios.BiosBench.AX;
import static dev.lungo.firmware.bios.BiosBench.BX;
import static dev.lungo.firmware.bios.BiosBench.CX;
import static dev.lungo.firmware.bios.BiosBench.DS;
import static dev.lungo.firmware.bios.BiosBench.DX;
import static dev.lungo.firmware.bios.BiosBench.ES;
import static dev.lungo.firmware.bios.BiosBench.SI;
import static dev.lungo.firmware.bios.BiosBench.cdrom;
import static dev.lungo.firmware.bios.BiosBench.disk;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** INT 13h. */
class DiskServicesTest {
    private static final int BUFFER = 0x8000;
    private static final int PACKET = 0x9000;

    private final ArrayDisk image = ArrayDisk.numbered(20 << 20);
    private final BiosBench bench = new BiosBench(disk(image));

    private void packet(int count, int buffer, long sector, long flat) {
        bench.memory.putByte(PACKET, (byte) 24);
        bench.memory.putShort(PACKET + 2, (short) count);
        bench.memory.putInt(PACKET + 4, buffer);
        bench.memory.putLong(PACKET + 8, sector);
        bench.memory.putLong(PACKET + 16, flat);
        bench.segment(DS, 0).set(SI, PACKET);
    }

    @Test
    void aSectorByCylinderHeadAndSectorIsTheOneThatTheGeometrySays() {
        bench.call(0x13, 0x0800, 0, 0, 0x80);
        int sectors = bench.low(CX) & 0x3F;
        int heads = bench.high(DX) + 1;
        assertThat(sectors).isEqualTo(63);

        bench.segment(ES, 0).call(0x13, 0x0201, BUFFER, 1 << 8 | 5, 1 << 8 | 0x80);

        assertThat(bench.carry()).isFalse();
        int wanted = (heads + 1) * sectors + 4;
        assertThat(bench.memory.getShort(BUFFER)).isEqualTo((short) wanted);
    }

    @Test
    void theGeometryOfAPartitionedDiskIsThatOfItsTable() {
        ArrayDisk partitioned = ArrayDisk.numbered(20 << 20);
        byte[] entry = {(byte) 0x80, 1, 1, 0, 0x0C, 31, 32, 100}; // ends at head 31, sector 32
        System.arraycopy(entry, 0, partitioned.content, 0x1BE, entry.length);

        BiosBench other = new BiosBench(disk(partitioned)).call(0x13, 0x0800, 0, 0, 0x80);

        assertThat(other.high(DX)).isEqualTo(31);
        assertThat(other.low(CX) & 0x3F).isEqualTo(32);
        assertThat(other.low(DX)).as("drives").isEqualTo(1);
    }

    @Test
    void sectorsByNumberGoToAnyAddress() {
        packet(3, -1, 100, 0x20_0000);

        bench.call(0x13, 0x4200, 0, 0, 0x80);

        assertThat(bench.carry()).isFalse();
        assertThat(bench.memory.getShort(0x20_0000)).isEqualTo((short) 100);
        assertThat(bench.memory.getShort(0x20_0400)).isEqualTo((short) 102);
    }

    @Test
    void whatIsWrittenIsOnTheDisk() {
        bench.memory.putInt(BUFFER, 0x1BADCAFE);
        packet(1, BUFFER, 7, 0);

        bench.call(0x13, 0x4300, 0, 0, 0x80);

        assertThat(bench.carry()).isFalse();
        assertThat(image.content[7 * 512]).isEqualTo((byte) 0xFE);
    }

    @Test
    void aReadOnlyDiskSaysThatItIsWriteProtected() {
        image.readOnly = true;
        packet(1, BUFFER, 7, 0);

        bench.call(0x13, 0x4300, 0, 0, 0x80);

        assertThat(bench.carry()).isTrue();
        assertThat(bench.high(AX)).isEqualTo(0x03);
    }

    @Test
    void whatIsNotThereIsAnErrorThatFunction1Repeats() {
        packet(1, BUFFER, (20 << 20) / 512, 0);

        bench.call(0x13, 0x4200, 0, 0, 0x80);
        assertThat(bench.high(AX)).isEqualTo(0x04);

        bench.call(0x13, 0x0100, 0, 0, 0x80);
        assertThat(bench.high(AX)).isEqualTo(0x04);
    }

    @Test
    void aBufferThatIsNotMemoryIsABadAddress() {
        packet(1, -1, 0, 0xFFFF_FFFF_0000_0000L);

        bench.call(0x13, 0x4200, 0, 0, 0x80);

        assertThat(bench.high(AX)).isEqualTo(0x09);
    }

    @Test
    void aBrokenDiskIsAControllerFailure() {
        image.broken = true;

        bench.segment(ES, 0).call(0x13, 0x0201, BUFFER, 1, 0x80);

        assertThat(bench.carry()).isTrue();
        assertThat(bench.high(AX)).isEqualTo(0x20);
        assertThat(bench.low(AX)).as("sectors transferred").isZero();
    }

    @Test
    void theExtensionsSayWhatThereIs() {
        bench.call(0x13, 0x4100, 0x55AA, 0, 0x80);
        assertThat(bench.get(BX)).isEqualTo(0xAA55);
        assertThat(bench.get(CX) & 1).isOne();

        bench.memory.putShort(PACKET, (short) 66);
        bench.segment(DS, 0).set(SI, PACKET).call(0x13, 0x4800, 0, 0, 0x80);
        assertThat(bench.memory.getLong(PACKET + 16)).isEqualTo((20 << 20) / 512);
        assertThat(bench.memory.getShort(PACKET + 24)).isEqualTo((short) 512);
        int sum = 0;
        for (int i = 30; i < 66; i++) {
            sum += bench.memory.getByte(PACKET + i);
        }
        assertThat(sum & 0xFF).as("the device path's checksum").isZero();
    }

    @Test
    void anImageOfAFloppysSizeIsAFloppy() {
        BiosBench floppy = new BiosBench(disk(ArrayDisk.numbered(1_474_560)));

        floppy.call(0x13, 0x0800, 0, 0, 0x00);
        assertThat(floppy.low(BX)).as("1.44 MB").isEqualTo(4);
        assertThat(floppy.get(CX)).isEqualTo(79 << 8 | 18);
        assertThat(floppy.get(DX)).as("two heads, one drive").isEqualTo(0x0101);

        floppy.segment(ES, 0).call(0x13, 0x0201, BUFFER, 3 << 8 | 2, 1 << 8);
        assertThat(floppy.memory.getShort(BUFFER)).isEqualTo((short) ((3 * 2 + 1) * 18 + 1));
    }

    @Test
    void aDriveThatIsNotThereHasNoType() {
        bench.call(0x13, 0x1500, 0, 0, 0x81);

        assertThat(bench.high(AX)).isZero();
        assertThat(bench.carry()).isFalse();
    }

    @Test
    void aCdromBootsWithoutEmulation() {
        ArrayDisk disc = ElToritoImage.of(0, 4);
        BiosBench cd = new BiosBench(cdrom(disc)).interrupt(0x19);

        assertThat(cd.state.segments[1].selector()).isEqualTo(0x07C0);
        assertThat(cd.low(DX)).isEqualTo(0xE0);
        assertThat(cd.memory.getInt(0x7C00)).isEqualTo(ElToritoImage.FIRST_BYTES);

        cd.memory.putByte(PACKET, (byte) 24);
        cd.memory.putShort(PACKET + 2, (short) 1);
        cd.memory.putInt(PACKET + 4, BUFFER);
        cd.memory.putLong(PACKET + 8, ElToritoImage.IMAGE_AT);
        cd.segment(DS, 0).set(SI, PACKET).call(0x13, 0x4200, 0, 0, 0xE0);
        assertThat(cd.memory.getInt(BUFFER)).isEqualTo(ElToritoImage.FIRST_BYTES);

        cd.segment(DS, 0).set(SI, PACKET).call(0x13, 0x4B01, 0, 0, 0xE0);
        assertThat(cd.memory.getByte(PACKET + 2)).isEqualTo((byte) 0xE0);
        assertThat(cd.memory.getInt(PACKET + 4)).isEqualTo(ElToritoImage.IMAGE_AT);
    }

    @Test
    void anEmulatedFloppyIsDriveZeroUntilEmulationEnds() {
        BiosBench cd = new BiosBench(cdrom(ElToritoImage.of(2, 1))).interrupt(0x19);
        assertThat(cd.low(DX)).isZero();

        cd.segment(ES, 0).call(0x13, 0x0201, BUFFER, 1, 0x00);
        assertThat(cd.carry()).isFalse();
        assertThat(cd.memory.getInt(BUFFER)).isEqualTo(ElToritoImage.FIRST_BYTES);

        cd.segment(DS, 0).set(SI, PACKET).call(0x13, 0x4B00, 0, 0, 0x00);
        cd.segment(ES, 0).call(0x13, 0x0201, BUFFER, 1, 0x00);
        assertThat(cd.carry()).isTrue();
    }
}
