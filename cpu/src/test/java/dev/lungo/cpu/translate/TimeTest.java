package dev.lungo.cpu.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.cpu.Rig;
import dev.lungo.cpu.core.Pending;
import dev.lungo.cpu.core.State;
import dev.lungo.host.HostClock;
import dev.lungo.host.Raw;
import dev.lungo.isa.Cr4;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Translated code reads the time stamp counter by itself, and finds what the interpreter does. */
class TimeTest {
    private static final long TIMES = 0x4000;
    private static final int COUNT = 1000;
    private static final int GP = 13;
    private static final long KEPT = 0x1234_5678;

    /** Stores the TSC so often at RDI, if XMM1 and CF stay as they are, and HLTs with XMM1. */
    private static final String LOOP =
            """
            660F6EC8 movd xmm1, eax
            F9       stc
            0F31     rdtsc
            7316     jnc to hlt
            0F01F9   rdtscp
            7311     jnc to hlt
            894704   mov [rdi+4], eax: the low half, behind the high one
            8917     mov [rdi], edx
            4883C708 add rdi, 8
            FFCB     dec ebx
            75E9     jnz to stc
            660F7EC8 movd eax, xmm1
            F4       hlt
            """;

    private final HostClock clock = new HostClock();
    private final Rig rig = Rig.onClock(clock);

    @AfterEach
    void close() {
        rig.close();
    }

    private static int[] bytes(String program) {
        StringBuilder hex = new StringBuilder();
        program.lines().forEach(line -> hex.append(line, 0, line.indexOf(' ')));
        byte[] code = HexFormat.of().parseHex(hex);
        int[] result = new int[code.length];
        for (int i = 0; i < code.length; i++) {
            result[i] = code[i] & 0xFF;
        }
        return result;
    }

    private void begin(int cpl, String program) {
        rig.longMode(cpl).handlers().code(bytes(program));
        rig.cpu.control.setCr4(rig.cpu.system.cr4 | Cr4.OSFXSR);
        rig.register(Rig.RDI, TIMES);
        rig.register(Rig.RBX, COUNT);
        rig.register(Rig.RAX, KEPT);
    }

    private long interpreted() {
        return Raw.getLong(rig.cpu.state + State.INSTRUCTIONS);
    }

    private long time(int i) {
        return rig.get32(TIMES + 8L * i) << 32 | rig.get32(TIMES + 8L * i + 4);
    }

    @Test
    void tscGrowsFromWhatTheClockSaysBeforeToWhatItSaysAfter() {
        begin(0, LOOP);
        long last = rig.cpu.tsc.read();

        rig.run();

        assertThat(rig.register(Rig.RBX)).isZero();
        assertThat(rig.register(Rig.RAX)).isEqualTo(KEPT);
        assertThat(interpreted()).isLessThan(COUNT / 10);
        for (int i = 0; i < COUNT; i++) {
            assertThat(time(i)).isGreaterThanOrEqualTo(last);
            last = time(i);
        }
        assertThat(rig.cpu.tsc.read()).isGreaterThanOrEqualTo(last);
    }

    @Test
    void tscStandsStillWhileTimeIsStopped() {
        begin(0, LOOP);
        clock.stop();
        long now = rig.cpu.tsc.read();

        rig.run();

        assertThat(rig.register(Rig.RBX)).isZero();
        assertThat(rig.register(Rig.RAX)).isEqualTo(KEPT);
        for (int i = 0; i < COUNT; i++) {
            assertThat(time(i)).isEqualTo(now);
        }
    }

    @Test
    void whatHasMovedTheCounterIsSeen() {
        begin(0, LOOP);
        rig.cpu.msrs.write(0x3B, 1L << 40); // IA32_TSC_ADJUST

        rig.run();

        assertThat(time(0)).isGreaterThan(1L << 40);
        assertThat(interpreted()).isLessThan(COUNT / 10);
    }

    @Test
    void timeGoesOnWhileTheProcessorHasHaltedButNotBetweenTwoTurns() throws InterruptedException {
        begin(0, "EBFE     jmp to itself\nF4       hlt");
        rig.cpu.raise(Pending.KICK);
        rig.run();
        long before = clock.nanos();

        Thread.sleep(50);

        assertThat(clock.nanos() - before).isLessThanOrEqualTo(2L * HostClock.MOST_AHEAD_NANOS);
        rig.cpu.setRip(Rig.CODE + 2);
        rig.run();
        before = clock.nanos();
        Thread.sleep(50);
        assertThat(clock.nanos() - before).isGreaterThanOrEqualTo(50_000_000);
    }

    @Test
    void cr4TsdLeavesItToTheSupervisor() {
        begin(3, "0F31     rdtsc");
        rig.bytes(Rig.handler(GP), 0xF4); // hlt
        rig.cpu.control.setCr4(rig.cpu.system.cr4 | Cr4.TSD);

        rig.run();

        assertThat(rig.cpu.rip()).isEqualTo(Rig.handler(GP) + 1);
    }
}
