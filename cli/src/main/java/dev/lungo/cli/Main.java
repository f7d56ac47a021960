package dev.lungo.cli;

import dev.lungo.boot.BootException;
import dev.lungo.host.HostException;
import java.io.UncheckedIOException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/** The command {@code lungo}. */
@Command(
        name = "lungo",
        description = "Starts operating systems.",
        subcommands = {RunCommand.class, RehearseCommand.class},
        mixinStandardHelpOptions = true,
        version = "lungo 0.1.0",
        synopsisSubcommandLabel = "COMMAND")
public final class Main implements Runnable {
    private Main() {}

    @Override
    public void run() {
        throw new Refusal("give a command: \"lungo run debian\" boots Debian's kernel");
    }

    public static void main(String[] arguments) {
        System.exit(execute(arguments));
    }

    /** Carries out a command line: the exit status. */
    static int execute(String... arguments) {
        CommandLine command = new CommandLine(new Main());
        command.setCaseInsensitiveEnumValuesAllowed(true);
        command.setParameterExceptionHandler((e, _) -> refuse(e));
        command.setExecutionExceptionHandler((e, _, _) -> fail(e));
        return command.execute(arguments);
    }

    private static int refuse(ParameterException e) {
        complain(e.getMessage().lines().findFirst().orElse("the command is wrong"));
        return ExitStatus.WRONG_COMMAND;
    }

    /** Tells the user of what is the user's or the host's fault; what is ours goes on. */
    private static int fail(Exception e) throws Exception {
        return switch (e) {
            case Refusal _, BootException _ -> {
                complain(e.getMessage());
                yield ExitStatus.WRONG_COMMAND;
            }
            case HostException _ -> {
                complain(e.getMessage());
                yield ExitStatus.HOST_FAILED;
            }
            case UncheckedIOException unchecked -> {
                complain("the host failed" + InputFile.why(unchecked.getCause()));
                yield ExitStatus.HOST_FAILED;
            }
            default -> {
                e.printStackTrace();
                yield ExitStatus.HOST_FAILED;
            }
        };
    }

    private static void complain(String sentence) {
        System.err.println("lungo: " + sentence);
    }
}
