package dev.lungo.cli.monitor;

import dev.lungo.host.HostClock;
import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.GuestMemory;
import dev.lungo.pc.Pc;
import java.io.PrintStream;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Commands by which a user looks into a machine while it runs, or stops it. */
public final class Monitor {
    /** Where the user wants to be after a command. */
    public enum Next {
        STAY,
        TO_GUEST,
        QUIT
    }

    private static final String HELP =
            """
            registers            the processor's registers
            x/N ADDRESS          N bytes of memory at a guest-linear address
            xp/N ADDRESS         N bytes of memory at a guest-physical address
            disassemble          the next instructions
            disassemble/N ADDRESS  N instructions at a guest-linear address
            screen               the text on the screen
            stats                what the processor has done so far: more with --stats
            cpu N                looks at processor N from now on
            stop                 no instruction is executed and guest time stands still
            continue             goes on, and back to the guest's terminal
            quit                 ends the machine
            help                 this
            Numbers are decimal, or hexadecimal with 0x; rip and rsp are addresses too.
            """;

    private static final Pattern COMMAND =
            Pattern.compile("\\s*([a-z]+)(?:/(\\w+))?(?:\\s+(\\w+))?\\s*");
    private static final int MOST_BYTES = 4096;

    private final Pc pc;
    private final GuestMemory memory;
    private final HostClock clock;
    private final PrintStream out;
    private int cpu;

    public Monitor(Pc pc, GuestMemory memory, HostClock clock, PrintStream out) {
        this.pc = pc;
        this.memory = memory;
        this.clock = clock;
        this.out = out;
    }

    /** Carries out one line. */
    public Next execute(String line) {
        if (line.isBlank()) {
            return Next.STAY;
        }
        Matcher command = COMMAND.matcher(line);
        try {
            if (!command.matches()) {
                throw new IllegalArgumentException("no such command; \"help\" lists them");
            }
            return execute(command.group(1), command.group(2), command.group(3));
        } catch (IllegalArgumentException e) {
            out.println(e.getMessage());
            return Next.STAY;
        }
    }

    private Next execute(String name, String count, String argument) {
        switch (name) {
            case "registers", "info", "r" -> out.print(RegisterText.of(registers()));
            case "x" -> {
                long address = address(argument);
                int bytes = count(count, 64);
                byte[] read = onMachine(() -> view().linear(address, bytes));
                out.print(memoryText(address, read, bytes));
            }
            case "xp" -> {
                long address = address(argument);
                int bytes = count(count, 64);
                byte[] read = onMachine(() -> view().physical(address, bytes));
                out.print(memoryText(address, read, bytes));
            }
            case "disassemble", "d" -> {
                long address = address(argument == null ? "rip" : argument);
                int instructions = count(count, 10);
                out.print(onMachine(() -> view().disassembly(address, instructions)));
            }
            case "screen" -> out.print(ScreenText.of(onMachine(pc::screen)));
            case "stats" -> out.print(onMachine(() -> pc.cpus().get(cpu).statistics()));
            case "cpu" -> select(argument == null ? -1 : number(argument));
            case "stop", "s" -> stop();
            case "continue", "c", "cont" -> {
                proceed();
                return Next.TO_GUEST;
            }
            case "quit", "q" -> {
                return Next.QUIT;
            }
            case "help", "h" -> out.print(HELP);
            default -> throw new IllegalArgumentException("no such command; \"help\" lists them");
        }
        return Next.STAY;
    }

    private void stop() {
        out.print(
                onMachine(() -> {
                    pc.loop().stop();
                    clock.stop();
                    GuestView view = view();
                    return view.disassembly(view.instructionPointer(), 1);
                }));
    }

    private void proceed() {
        onMachine(() -> {
            clock.resume();
            pc.loop().proceed();
            return true;
        });
    }

    private void select(long index) {
        if (index < 0 || index >= pc.cpus().size()) {
            throw new IllegalArgumentException("the processors are 0 to " + (pc.cpus().size() - 1));
        }
        cpu = (int) index;
    }

    private CpuRegisters registers() {
        return onMachine(this::registersNow);
    }

    private CpuRegisters registersNow() {
        CpuRegisters registers = new CpuRegisters();
        pc.cpus().get(cpu).save(registers);
        return registers;
    }

    private GuestView view() {
        return new GuestView(registersNow(), memory);
    }

    private long address(String text) {
        if (text == null) {
            throw new IllegalArgumentException("give an address");
        }
        return switch (text) {
            case "rip" -> new GuestView(registers(), memory).instructionPointer();
            case "rsp" -> registers().gpr[4];
            default -> number(text);
        };
    }

    private static int count(String text, int otherwise) {
        if (text == null) {
            return otherwise;
        }
        long count = number(text);
        if (count < 1 || count > MOST_BYTES) {
            throw new IllegalArgumentException("the count is 1 to " + MOST_BYTES);
        }
        return (int) count;
    }

    private static long number(String text) {
        try {
            return text.startsWith("0x")
                    ? Long.parseUnsignedLong(text.substring(2), 16)
                    : Long.parseLong(text);
        } catch (NumberFormatException _) {
            throw new IllegalArgumentException("\"" + text + "\" is not a number");
        }
    }

    private static String memoryText(long address, byte[] read, int wanted) {
        String text = GuestView.dump(address, read);
        return read.length == wanted
                ? text
                : text + "%016x  not mapped%n".formatted(address + read.length);
    }

    /** The machine's state belongs to its thread; what is asked there waits for the answer. */
    private <T> T onMachine(Supplier<T> question) {
        FutureTask<T> task = new FutureTask<>(question::get);
        pc.post(task);
        try {
            return task.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException();
        }
    }
}
