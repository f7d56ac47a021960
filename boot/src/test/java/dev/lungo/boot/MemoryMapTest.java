package dev.lungo.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lungo.machine.AddressRange;
import org.junit.jupiter.api.Test;

class MemoryMapTest {
    private static final long GIB = 1L << 30;

    @Test
    void aSmallMachineHasAllItsMemoryBelow4GiB() {
        MemoryMap map = MemoryMap.of(512 * Images.MIB);

        assertThat(map.ranges())
                .containsExactly(
                        new AddressRange(0, 0x9FC00, AddressRange.Type.RAM),
                        new AddressRange(0x9FC00, 0x400, AddressRange.Type.RESERVED),
                        new AddressRange(0xF0000, 0x10000, AddressRange.Type.RESERVED),
                        new AddressRange(0x100000, 0x1FEE0000, AddressRange.Type.RAM),
                        new AddressRange(0x1FFE0000, 0x1F000, AddressRange.Type.ACPI),
                        new AddressRange(0x1FFFF000, 0x1000, AddressRange.Type.NVS),
                        new AddressRange(0xB0000000L, 0x10000000, AddressRange.Type.RESERVED));
        assertThat(map.highRamEnd()).isEqualTo(4 * GIB);
    }

    @Test
    void whatDoesNotFitBelowTheEcamWindowIsAbove4GiB() {
        MemoryMap map = MemoryMap.of(8 * GIB);

        assertThat(map.lowRamEnd()).isEqualTo(0xB0000000L);
        assertThat(map.ranges())
                .last()
                .isEqualTo(new AddressRange(4 * GIB, 8 * GIB - 0xB0000000L, AddressRange.Type.RAM));
        assertThat(map.highRamEnd()).isEqualTo(12 * GIB - 0xB0000000L);
    }

    @Test
    void rangesAscendAndDoNotOverlap() {
        for (long bytes : new long[] {2 * Images.MIB, 0xB0000000L, 0xB0001000L, 64 * GIB}) {
            long end = 0;
            for (AddressRange range : MemoryMap.of(bytes).ranges()) {
                assertThat(range.base()).isGreaterThanOrEqualTo(end);
                assertThat(range.length()).isPositive();
                end = range.end();
            }
        }
    }

    @Test
    void tooLittleMemoryAndPartsOfPagesAreRefused() {
        assertThatThrownBy(() -> MemoryMap.of(Images.MIB))
                .isInstanceOf(BootException.class)
                .hasMessage("a memory of 1048576 bytes is too small; give at least 2M");
        assertThatThrownBy(() -> MemoryMap.of(4 * Images.MIB + 512))
                .isInstanceOf(BootException.class);
    }
}
