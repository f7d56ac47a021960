package dev.lungo.cpu.op;

import dev.lungo.cpu.block.Lowering;
import dev.lungo.cpu.block.Op;
import dev.lungo.cpu.block.Place;
import dev.lungo.cpu.core.Cpuid;
import dev.lungo.cpu.core.Flags;
import dev.lungo.cpu.core.Processor;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.ExceptionVector;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Rflags;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/**
 * Instructions by which a program asks the processor for something: what it is, what time it is, a
 * random number.
 *
 * <p>There are no performance counters: RDPMC raises #GP for each of them.
 */
public final class Enquiries {
    private Enquiries() {}

    public static Op lower(Lowering at, Instruction instruction) {
        return switch (instruction.mnemonic()) {
            case CPUID -> new SystemOp.Last(instruction, Enquiries::cpuid);
            case RDTSC -> new SystemOp.Plain(instruction, Enquiries::readTsc);
            case RDTSCP -> new SystemOp.Plain(instruction, Enquiries::readTscAndProcessor);
            case RDPMC -> new SystemOp.Plain(instruction, Enquiries::readCounter);
            case RDPID -> new ReadProcessor(instruction, at.place(instruction.operand(0)));
            case RDRAND, RDSEED -> new Random(instruction, at.place(instruction.operand(0)));
            default -> new Lowering.Raise(ExceptionVector.UD);
        };
    }

    private static void cpuid(Processor cpu, Instruction instruction) {
        cpu.intercept(instruction, 0);
        Cpuid cpuid = cpu.cpuid;
        cpuid.query(SystemOp.low(cpu, SystemOp.RAX), SystemOp.low(cpu, SystemOp.RCX));
        SystemOp.setLow(cpu, SystemOp.RAX, cpuid.eax);
        SystemOp.setLow(cpu, SystemOp.RBX, cpuid.ebx);
        SystemOp.setLow(cpu, SystemOp.RCX, cpuid.ecx);
        SystemOp.setLow(cpu, SystemOp.RDX, cpuid.edx);
    }

    private static void readTsc(Processor cpu, Instruction instruction) {
        if (cpu.cpl != 0 && (cpu.system.cr4 & Cr4.TSD) != 0) {
            throw SystemOp.generalProtection(cpu);
        }
        cpu.intercept(instruction, 0);
        SystemOp.setEdxEax(cpu, cpu.tsc.read());
    }

    private static void readTscAndProcessor(Processor cpu, Instruction instruction) {
        readTsc(cpu, instruction);
        SystemOp.setLow(cpu, SystemOp.RCX, (int) cpu.tsc.aux());
    }

    private static void readCounter(Processor cpu, Instruction instruction) {
        if (cpu.cpl == 0 || (cpu.system.cr4 & Cr4.PCE) != 0) {
            cpu.intercept(instruction, SystemOp.low(cpu, SystemOp.RCX));
        }
        throw SystemOp.generalProtection(cpu);
    }

    private static final class ReadProcessor extends Op {
        private final Instruction instruction;
        private final Place destination;

        ReadProcessor(Instruction instruction, Place destination) {
            this.instruction = instruction;
            this.destination = destination;
        }

        @Override
        public void execute(Processor cpu) {
            cpu.intercept(instruction, 0);
            destination.set(cpu, cpu.tsc.aux());
        }
    }

    /** Always successful: CF = 1. */
    private static final class Random extends Op {
        private static @Nullable SecureRandom source;

        private final Instruction instruction;
        private final Place destination;

        Random(Instruction instruction, Place destination) {
            this.instruction = instruction;
            this.destination = destination;
        }

        @Override
        public void execute(Processor cpu) {
            cpu.intercept(instruction, 0);
            destination.set(cpu, next());
            Flags.setStatus(cpu.state, Rflags.CF);
        }

        /** The host's generator, which is slow to set up, so not before a guest wants it. */
        private static synchronized long next() {
            SecureRandom random = source;
            if (random == null) {
                random = new SecureRandom();
                source = random;
            }
            return random.nextLong();
        }
    }
}
