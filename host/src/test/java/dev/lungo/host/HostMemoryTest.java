package dev.lungo.host;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Scanner;
import org.junit.jupiter.api.Test;

class HostMemoryTest {
    private static final long MIB = 1 << 20;

    @Test
    void keepsEveryWidthLittleEndian() {
        try (HostMemory memory = new HostMemory(MIB)) {
            memory.putLong(0x1001, 0x8877_6655_4433_2211L);

            assertThat(memory.getByte(0x1001)).isEqualTo((byte) 0x11);
            assertThat(memory.getShort(0x1002)).isEqualTo((short) 0x3322);
            assertThat(memory.getInt(0x1003)).isEqualTo(0x6655_4433);
            assertThat(memory.getLong(0x1001)).isEqualTo(0x8877_6655_4433_2211L);
        }
    }

    @Test
    void moreThanFitsBelowTheHoleContinuesAtFourGiB() {
        try (HostMemory memory = new HostMemory(HostMemory.LOW_END + MIB)) {
            memory.putByte(HostMemory.HIGH_BASE + MIB - 1, (byte) 0x5A);

            assertThat(memory.regions())
                    .extracting(HostMemory.Region::guestPhysical, HostMemory.Region::bytes)
                    .containsExactly(
                            tuple(0L, HostMemory.LOW_END), tuple(HostMemory.HIGH_BASE, MIB));
            assertThat(memory.hostAddress(HostMemory.LOW_END)).isZero();
            assertThat(memory.hostAddress(HostMemory.HIGH_BASE))
                    .isEqualTo(memory.regions().get(1).host());
            assertThat(Raw.getByte(memory.hostAddress(HostMemory.HIGH_BASE + MIB - 1)))
                    .isEqualTo(0x5A);
        }
    }

    @Test
    void anAccessNotWhollyInsideIsRefused() {
        try (HostMemory memory = new HostMemory(MIB)) {
            assertThat(memory.contains(MIB - 4, 4)).isTrue();
            assertThat(memory.contains(MIB - 3, 4)).isFalse();
            assertThat(memory.contains(-4, 8)).isFalse();
            assertThat(memory.contains(8, Long.MAX_VALUE)).isFalse();
            assertThat(memory.hostAddress(MIB)).isZero();
            assertThat(memory.hostAddress(-1)).isZero();
            assertThatThrownBy(() -> memory.getInt(MIB - 3))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("no RAM at guest-physical ffffdh+4");
        }
    }

    @Test
    void clearingMakesEveryByteZeroWhereItWas() {
        try (HostMemory memory = new HostMemory(MIB)) {
            long host = memory.hostAddress(0x2000);
            memory.putInt(0x2000, -1);

            memory.clear();

            assertThat(memory.getInt(0x2000)).isZero();
            assertThat(memory.hostAddress(0x2000)).isEqualTo(host);
        }
    }

    @Test
    void untouchedMemoryCostsNothing() throws IOException {
        long before = residentBytes();

        try (HostMemory memory = new HostMemory(64L << 30)) {
            memory.putLong(memory.bytes() / 2, 1);

            assertThat(residentBytes() - before).isLessThan(64 * MIB);
        }
    }

    /** proc(5), statm: the second field is the resident set in pages. */
    private static long residentBytes() throws IOException {
        try (var statm = new Scanner(Path.of("/proc/self/statm"), US_ASCII)) {
            statm.nextLong();
            return statm.nextLong() * 4096;
        }
    }
}
