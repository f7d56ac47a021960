package dev.lungo.cli.monitor;

import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.GuestMemory;
import dev.lungo.machine.VirtualCpu;

/** What is said of a processor that went into shutdown state. */
public final class CrashReport {
    private static final int INSTRUCTIONS = 8;
    private static final int BLOCKS = 8;
    private static final int INSTRUCTIONS_A_BLOCK = 6;

    private CrashReport() {}

    public static String of(int index, VirtualCpu cpu, GuestMemory memory) {
        CpuRegisters registers = new CpuRegisters();
        cpu.save(registers);
        GuestView view = new GuestView(registers, memory);
        StringBuilder text = new StringBuilder();
        text.append(
                "lungo: the guest crashed: processor %d shut down after a triple fault%n"
                        .formatted(index));
        text.append(RegisterText.of(registers));
        long[] blocks = cpu.recentBlocks();
        if (blocks.length > 0) {
            text.append("What it did last, block by block, the newest at the end:\n");
            for (int i = Math.max(0, blocks.length - BLOCKS); i < blocks.length; i++) {
                long next = i + 1 < blocks.length ? blocks[i + 1] : view.instructionPointer();
                text.append(view.block(blocks[i], INSTRUCTIONS_A_BLOCK, next)).append('\n');
            }
        }
        text.append("The instructions at RIP:\n");
        text.append(view.disassembly(view.instructionPointer(), INSTRUCTIONS));
        return text.toString();
    }
}
