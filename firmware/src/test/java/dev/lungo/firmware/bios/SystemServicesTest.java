package dev.lungo.firmware.bios;

import static dev.lungo.firmware.bios.BiosBench.AX;
import static dev.lungo.firmware.bios.BiosBench.BX;
import static dev.lungo.firmware.bios.BiosBench.CS;
import static dev.lungo.firmware.bios.BiosBench.CX;
import static dev.lungo.firmware.bios.BiosBench.DI;
import static dev.lungo.firmware.bios.BiosBench.DX;
import static dev.lungo.firmware.bios.BiosBench.ES;
import static dev.lungo.firmware.bios.BiosBench.SI;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.boot.MemoryMap;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** INT 11h, 12h, 15h and 1Ah. */
class SystemServicesTest {
    private static final int SMAP = 0x534D4150;
    private static final int TABLE = 0x9000;

    private final BiosBench bench = new BiosBench();

    @Test
    void theMemoryMapIsWalkedToItsEnd() {
        List<String> ranges = new ArrayList<>();
        int next = 0;
        do {
            bench.segment(ES, 0).set(DI, TABLE).call(0x15, 0xE820, next, 20, SMAP);
            assertThat(bench.carry()).isFalse();
            assertThat((int) bench.state.gpr[AX]).isEqualTo(SMAP);
            ranges.add(
                    text(
                            bench.memory.getLong(TABLE),
                            bench.memory.getLong(TABLE + 8),
                            bench.memory.getInt(TABLE + 16)));
            next = (int) bench.state.gpr[BX];
        } while (next != 0);

        assertThat(ranges)
                .isEqualTo(
                        MemoryMap.of(4 << 20).ranges().stream()
                                .map(each -> text(each.base(), each.length(), each.type().number()))
                                .toList());
    }

    private static String text(long base, long length, int type) {
        return "%X+%X: %d".formatted(base, length, type);
    }

    @Test
    void theOlderMemorySizesAgreeWithTheMap() {
        int kib = (int) (MemoryMap.of(4 << 20).extendedBytes() / 1024);

        assertThat(bench.call(0x15, 0x8800).get(AX)).isEqualTo(kib);
        assertThat(bench.call(0x15, 0xE801).get(CX)).isEqualTo(kib);
        assertThat(bench.get(DX)).isZero();
        assertThat(bench.call(0x12).get(AX)).isEqualTo(639);
    }

    @Test
    void blocksAreMovedBetweenDescriptorsBases() {
        bench.memory.putLong(0x8000, 0x1122334455667788L);
        descriptor(TABLE + 0x10, 0x8000);
        descriptor(TABLE + 0x18, 0x200000);

        bench.segment(ES, 0).set(SI, TABLE).call(0x15, 0x8700, 0, 4);

        assertThat(bench.carry()).isFalse();
        assertThat(bench.memory.getLong(0x200000)).isEqualTo(0x1122334455667788L);
    }

    private void descriptor(long at, int base) {
        bench.memory.putLong(at, 0xFFFFL | (long) base << 16 | 0x93L << 40);
    }

    @Test
    void a20IsClosedAndOpened() {
        bench.call(0x15, 0x2400);
        assertThat(bench.a20.isOpen()).isFalse();
        assertThat(bench.call(0x15, 0x2402).low(AX)).isZero();

        bench.call(0x15, 0x2401);
        assertThat(bench.a20.isOpen()).isTrue();
        assertThat(bench.events).as("bit 0 would reset").isEmpty();
    }

    @Test
    void aDelayEndsWhenItsTimeIsOver() {
        bench.call(0x15, 0x8600, 0, 0x0001, 0x0000); // 65,536 microseconds
        assertThat(bench.waits(0x15)).isTrue();

        bench.now = 65_000_000;
        bench.interrupt(0x15);
        assertThat(bench.waits(0x15)).isTrue();

        bench.now = 65_536_000;
        bench.interrupt(0x15);
        assertThat(bench.waits(0x15)).isFalse();
        assertThat(bench.carry()).isFalse();
    }

    @Test
    void aByteInMemoryIsWaitedFor() {
        bench.memory.putByte(TABLE, (byte) 7);
        bench.segment(ES, 0).set(DI, TABLE).call(0x15, 0x4101, 0x0800); // until it is 8
        assertThat(bench.waits(0x15)).isTrue();

        bench.memory.putByte(TABLE, (byte) 8);
        bench.interrupt(0x15);
        assertThat(bench.waits(0x15)).isFalse();
        assertThat(bench.carry()).isFalse();
    }

    @Test
    void aPortIsWaitedForSoLong() {
        bench.call(0x15, 0x4113, 0x0102, 0, 0x3FD); // LSR.DR for 110 ms
        assertThat(bench.waits(0x15)).isTrue();

        bench.now = 111_000_000;
        bench.interrupt(0x15);
        assertThat(bench.waits(0x15)).isFalse();
    }

    @Test
    void protectedModeIsEnteredBehindTheInterrupt() {
        for (int i = 1; i < 8; i++) {
            descriptor(TABLE + 8 * i, 0x10000 * i);
        }
        bench.segment(ES, 0).set(SI, TABLE).call(0x15, 0x8900, 0x2028);

        assertThat(bench.state.cr0 & 1).isOne();
        assertThat(bench.state.rip).isEqualTo(0x1234);
        assertThat(bench.state.segments[CS].selector()).isEqualTo(0x30);
        assertThat(bench.state.segments[CS].base()).isEqualTo(0x60000);
        assertThat(bench.state.gdtBase).isEqualTo(0x10000);
    }

    @Test
    void powerManagementSwitchesTheMachineOff() {
        assertThat(bench.call(0x15, 0x5300, 0).get(BX)).isEqualTo(0x504D);
        bench.call(0x15, 0x5301, 0);

        bench.call(0x15, 0x5307, 1, 3);

        assertThat(bench.carry()).isFalse();
        assertThat(bench.events).containsExactly("power off");
    }

    @Test
    void whatIsNotThereSaysSoAndIsReported() {
        bench.call(0x15, 0xD800);

        assertThat(bench.carry()).isTrue();
        assertThat(bench.high(AX)).isEqualTo(0x86);
        assertThat(bench.report.text())
                .isEqualTo(
                        """
                        asked for and not there:
                        INT 15h AH=D8h: 1 times, CF, AH=86h, from 0000:1234
                        """);
    }

    @Test
    void theTimeIsTheClocks() {
        bench.call(0x1A, 0x0200);
        assertThat(bench.get(CX)).isEqualTo(0x2331);
        assertThat(bench.high(DX)).isEqualTo(0x30);

        bench.call(0x1A, 0x0400);
        assertThat(bench.get(CX)).isEqualTo(0x2009);
        assertThat(bench.get(DX)).isEqualTo(0x0213);
    }

    @Test
    void ticksAreCountedFromMidnight() {
        int before = ticks();
        long secondsToday = 23 * 3600 + 31 * 60 + 30;
        assertThat(before / 18.2065).isBetween(secondsToday - 1.0, secondsToday + 1.0);

        bench.hardwareInterrupt(0x08);

        assertThat(ticks()).isEqualTo(before + 1);
    }

    private int ticks() {
        bench.call(0x1A, 0x0000);
        return bench.get(CX) << 16 | bench.get(DX);
    }

    @Test
    void aTickAtMidnightBeginsAnotherDay() {
        bench.call(0x1A, 0x0100, 0, 0x0018, 0x00AF);

        bench.hardwareInterrupt(0x08);

        bench.call(0x1A, 0x0000);
        assertThat(bench.get(CX) << 16 | bench.get(DX)).isZero();
        assertThat(bench.low(AX)).as("days").isOne();
    }

    @Test
    void pciFunctionsAreFoundAndRead() {
        assertThat((int) bench.call(0x1A, 0xB101).state.gpr[DX]).isEqualTo(0x20494350);

        bench.set(SI, 0).call(0x1A, 0xB102, 0, 0x1111, 0x1234);
        assertThat(bench.carry()).isFalse();
        assertThat(bench.get(BX)).isEqualTo(31 << 3);

        bench.set(DI, 0x0A).call(0x1A, 0xB109, 31 << 3);
        assertThat(bench.get(CX)).as("class").isEqualTo(0x0300);

        bench.set(SI, 0).call(0x1A, 0xB102, 0, 0x1111, 0x4321);
        assertThat(bench.high(AX)).isEqualTo(0x86);
    }

    @Test
    void theLinesOfPciPinsAreToldInABufferThatIsLargeEnough() {
        bench.memory.putInt(TABLE, 10); // bytes
        bench.memory.putInt(TABLE + 2, 0x0900_1000); // 0900:1000
        bench.segment(ES, 0).set(DI, TABLE).call(0x1A, 0xB10E, 0);
        assertThat(bench.high(AX)).isEqualTo(0x89);
        int bytes = bench.memory.getShort(TABLE);

        bench.call(0x1A, 0xB10E, 0);

        assertThat(bench.carry()).isFalse();
        assertThat(bench.get(BX)).isEqualTo(0x0C00);
        for (int i = 0; i < bytes; i++) { // as $PIR has them
            assertThat(bench.memory.getByte(0xA000 + i))
                    .isEqualTo(bench.memory.getByte(0xF9820 + i));
        }
    }

    @Test
    void everyVectorLeadsToCodeOrIsFreeForPrograms() {
        for (int vector = 0; vector < 0x78; vector++) {
            int pointer = bench.memory.getInt(4L * vector);
            boolean free = vector >= 0x60 && vector <= 0x66;
            assertThat(pointer == 0).as("vector %02X", vector).isEqualTo(free);
        }
    }

    @Test
    void tablesForOldSystemsAddUpToZero() {
        assertThat(bench.memory.getInt(0xF8100)).isEqualTo(0x5F504D5F); // "_MP_"
        assertThat(sum(0xF8100, 16)).isZero();
        long table = bench.memory.getInt(0xF8104) & 0xFFFF_FFFFL;
        assertThat(sum(table, bench.memory.getShort(table + 4))).isZero();

        assertThat(bench.memory.getInt(0xF9800)).isEqualTo(0x52495024); // "$PIR"
        assertThat(sum(0xF9800, bench.memory.getShort(0xF9806))).isZero();
    }

    private int sum(long at, int bytes) {
        int sum = 0;
        for (int i = 0; i < bytes; i++) {
            sum += bench.memory.getByte(at + i);
        }
        return sum & 0xFF;
    }
}
