package dev.lungo.cli;

import dev.lungo.boot.BootException;
import dev.lungo.host.HostException;
import dev.lungo.host.HostMemory;
import dev.lungo.machine.EngineException;
import java.io.UncheckedIOException;

/** The command {@code lungo}. */
public final class Main {
    private static final String USAGE =
            """
            lungo run debian      boots Debian's cloud kernel and busybox
            lungo run --help      what else can be run, and how
            lungo metal build     makes an image of a hypervisor written in Java
            lungo --version
            """;

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(execute(arguments));
    }

    /** Carries out a command line: the exit status. */
    static int execute(String... arguments) {
        try {
            return switch (arguments.length == 0 ? "" : arguments[0]) {
                case "run" -> {
                    Thread.ofPlatform().daemon().start(HostMemory::prepare);
                    yield RunCommand.execute(arguments, 1);
                }
                case "rehearse" -> RehearseCommand.execute(arguments);
                case "metal" -> MetalCommand.execute(arguments);
                case "--help", "-h", "help" -> print(USAGE);
                case "--version" -> print("lungo 0.1.0\n");
                case "" -> throw new Refusal("give a command: \"lungo run debian\", or --help");
                default ->
                        throw new Refusal(
                                "there is no command " + arguments[0] + ": give run or metal");
            };
        } catch (Refusal | BootException e) {
            complain(e.getMessage());
            return ExitStatus.WRONG_COMMAND;
        } catch (HostException | EngineException e) {
            complain(e.getMessage());
            return ExitStatus.HOST_FAILED;
        } catch (UncheckedIOException e) {
            complain(e.getMessage() + Reason.of(e.getCause()));
            return ExitStatus.HOST_FAILED;
        }
    }

    private static int print(String text) {
        System.out.print(text);
        return ExitStatus.OK;
    }

    private static void complain(String sentence) {
        System.err.println("lungo: " + sentence);
    }
}
