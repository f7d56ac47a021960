package dev.lungo.pc;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lungo.boot.BootException;
import dev.lungo.boot.BootFile;
import dev.lungo.firmware.Board;
import dev.lungo.firmware.Firmware;
import dev.lungo.isa.Msr;
import dev.lungo.isa.Width;
import dev.lungo.machine.Tracer;
import dev.lungo.machine.VmExit;
import dev.lungo.pc.MachineSpec.OnReset;
import dev.lungo.pc.MachineSpec.OnShutdown;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PcTest {
    private static final VmExit HALT = new VmExit.Halt();

    /** A Multiboot kernel of one HLT, loaded at 1 MiB and entered behind its header. */
    private static final byte[] KERNEL =
            HexFormat.of()
                    .parseHex(
                            "02B0AD1B00000100FE4F51E4"
                                    + "0000100000001000000000000000000020001000"
                                    + "F4");

    private static final long ENTRY = 0x10_0020;
    private static final int MEMORY_BYTES = 4 << 20;

    private final List<Byte> serialOutput = new ArrayList<>();
    private final FakeMemory memory = new FakeMemory(MEMORY_BYTES);
    private final FakeHost host = new FakeHost();

    @Test
    void theGuestPowersOffThroughAcpi() {
        Pc pc = pc(PcTest::powerOff);

        assertThat(pc.run()).isEqualTo(new Outcome.PowerOff());
    }

    @Test
    void theDebugExitPortEndsTheMachineWithItsStatus() {
        Pc pc =
                pc(cpu -> {
                    cpu.ports.write(0xF4, Width.DWORD, 0x10);
                    return HALT;
                });

        assertThat(pc.run()).isEqualTo(new Outcome.DebugExit(0x21));
    }

    @Test
    void aTripleFaultIsACrashOfThatProcessor() {
        Pc pc = pc(_ -> new VmExit.Shutdown());

        assertThat(pc.run()).isEqualTo(new Outcome.Crash(0));
    }

    @ParameterizedTest
    @CsvSource({"64, FE", "CF9, 06", "92, 01"}) // i8042 pulse, reset control, fast reset
    void aResetBootsTheKernelAnew(String port, String value) {
        Pc pc =
                pc(cpu -> {
                    if (cpu.resets == 1) {
                        memory.putByte(ENTRY, (byte) 0x90);
                        memory.putByte(0x30_0000, (byte) 1);
                        cpu.registers.rip = 0;
                        cpu.ports.write(hex(port), Width.BYTE, hex(value));
                        return HALT;
                    }
                    assertThat(memory.getByte(ENTRY)).isEqualTo((byte) 0xF4);
                    assertThat(memory.getByte(0x30_0000)).isZero();
                    assertThat(cpu.registers.rip).isEqualTo(ENTRY);
                    return powerOff(cpu);
                });

        assertThat(pc.run()).isEqualTo(new Outcome.PowerOff());
    }

    @Test
    void aResetEndsAMachineThatIsNotToReboot() {
        FakeEngine engine =
                new FakeEngine(cpu -> {
                    cpu.ports.write(0x64, Width.BYTE, 0xFE);
                    return HALT;
                });
        Pc pc = new Pc(spec(KERNEL, OnReset.END), engine, platform());

        assertThat(pc.run()).isEqualTo(new Outcome.Reset());
    }

    @Test
    void whatIsSentToTheSerialPortArrivesInPiecesThatTheUartCanHold() {
        StringBuilder received = new StringBuilder();
        List<String> said = new ArrayList<>();
        Pc pc =
                pc(cpu -> {
                    while ((cpu.ports.read(0x3FD, Width.BYTE) & 1) != 0) { // LSR.DR
                        received.append((char) cpu.ports.read(0x3F8, Width.BYTE));
                    }
                    return powerOff(cpu);
                });
        String sent = "more than the sixteen bytes of a receiver FIFO";

        pc.post(() -> pc.sendToSerial(sent.getBytes(US_ASCII), () -> said.add("more")));
        pc.run();

        assertThat(received).hasToString(sent);
        assertThat(said).containsExactly("more");
    }

    @Test
    void theSerialPortWritesToItsBackend() {
        Pc pc =
                pc(cpu -> {
                    cpu.ports.write(0x3F8, Width.BYTE, '!');
                    return powerOff(cpu);
                });

        pc.run();

        assertThat(serialOutput).containsExactly((byte) '!');
    }

    @Test
    void theFirstReasonToEndCounts() {
        Pc pc = pc(_ -> HALT);

        pc.end(new Outcome.TimedOut());
        pc.end(new Outcome.Quit());

        assertThat(pc.run()).isEqualTo(new Outcome.TimedOut());
    }

    @Test
    void memoryHasItsTypesAsFirmwareLeavesThem() {
        pc(
                        cpu -> {
                            assertThat(cpu.msrs)
                                    .containsEntry(
                                            Msr.IA32_MTRR_DEF_TYPE, 0xC06L) // all on; write-back
                                    .containsEntry(Msr.IA32_MTRR_FIX16K_A0000, 0L)
                                    // 1 GiB at 3 GiB: uncacheable
                                    .containsEntry(Msr.IA32_MTRR_PHYSBASE0 + 2, 0xC000_0000L)
                                    .containsEntry(Msr.IA32_MTRR_PHYSMASK0 + 2, 0xFF_C000_0800L);
                            return powerOff(cpu);
                        })
                .run();
    }

    @Test
    void theTimersInterruptIsOpenAndItsVectorAcknowledges() {
        pc(
                        cpu -> {
                            assertThat(cpu.ports.read(0x21, Width.BYTE))
                                    .isEqualTo(0xFA); // and the cascade
                            assertThat(cpu.ports.read(0xA1, Width.BYTE)).isEqualTo(0xFF);
                            assertThat(memory.getInt(8 * 4)).isEqualTo(0xF000_FEA5);
                            byte[] handler = new byte[7];
                            memory.read(0xF_FEA5, handler, 0, handler.length);
                            // push ax; mov al,20h; out 20h,al; pop ax; iret
                            assertThat(handler).asHexString().isEqualTo("50B020E62058CF");
                            return powerOff(cpu);
                        })
                .run();
    }

    @Test
    void theA20GateIsOpenUntilTheGuestClosesItAndAfterAReset() {
        pc(
                        cpu -> {
                            assertThat(cpu.a20).isTrue();
                            cpu.ports.write(0x92, Width.BYTE, 0);
                            assertThat(cpu.a20).isFalse();
                            if (cpu.resets == 1) {
                                cpu.ports.write(0xCF9, Width.BYTE, 6);
                                return HALT;
                            }
                            return powerOff(cpu);
                        })
                .run();
    }

    @Test
    void firmwareStartsAfterEachResetAndAnswersCalls() {
        List<String> log = new ArrayList<>();
        Function<Board, Firmware> maker =
                board ->
                        new Firmware() {
                            @Override
                            public void start() {
                                log.add("start");
                            }

                            @Override
                            public void call(int cpu) {
                                log.add("call");
                                (log.size() < 3 ? board.reset() : board.powerOff()).run();
                            }
                        };
        MachineSpec spec =
                new MachineSpec(
                        MEMORY_BYTES,
                        1,
                        "fake",
                        new Start.FromFirmware(maker),
                        OnReset.REBOOT,
                        OnShutdown.CRASH);

        Outcome outcome =
                new Pc(spec, new FakeEngine(_ -> new VmExit.ServiceCall()), platform()).run();

        assertThat(outcome).isEqualTo(new Outcome.PowerOff());
        assertThat(log).containsExactly("start", "call", "start", "call");
    }

    @Test
    void whatIsNoKernelIsRefused() {
        MachineSpec spec = spec(new byte[4096], OnReset.REBOOT);

        assertThatThrownBy(() -> new Pc(spec, new FakeEngine(_ -> HALT), platform()))
                .isInstanceOf(BootException.class)
                .hasMessageContaining("not a kernel");
    }

    /** PM1a_CNT: SLP_EN with SLP_TYP 0. */
    private static VmExit powerOff(FakeCpu cpu) {
        cpu.ports.write(0x604, Width.WORD, 0x2000);
        return HALT;
    }

    private static int hex(String text) {
        return Integer.parseInt(text, 16);
    }

    private Pc pc(Function<FakeCpu, VmExit> program) {
        return new Pc(spec(KERNEL, OnReset.REBOOT), new FakeEngine(program), platform());
    }

    private static MachineSpec spec(byte[] kernel, OnReset onReset) {
        return new MachineSpec(
                MEMORY_BYTES,
                1,
                "fake",
                new Start.Kernel(new BootFile("kernel", kernel), List.of(), ""),
                onReset,
                OnShutdown.CRASH);
    }

    private Platform platform() {
        return new Platform(
                memory,
                memory::clear,
                () -> host.now,
                () -> 0,
                host,
                serialOutput::add,
                Tracer.NONE);
    }
}
