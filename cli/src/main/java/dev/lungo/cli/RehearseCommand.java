package dev.lungo.cli;

import dev.lungo.cli.rehearsal.RehearsalKernel;
import dev.lungo.machine.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;

/**
 * Boots a guest that is made for it, as {@code run} would. The build does so once and records what
 * the JVM loads, and which methods are busy: the AOT cache that later runs start from.
 */
final class RehearseCommand {
    private static final String USAGE = "rehearse takes write or run, and a file";

    private RehearseCommand() {}

    /**
     * Writes the guest, or runs it on each tier, and once more with what was translated before: the
     * exit status.
     */
    static int execute(String[] words) {
        if (words.length != 3) {
            throw new Refusal(USAGE);
        }
        return switch (words[1]) {
            case "write" -> write(words[2]);
            case "run" -> rehearse(words[2]);
            default -> throw new Refusal(USAGE);
        };
    }

    private static int write(String file) {
        try {
            Files.write(InputFile.path("rehearse", file), RehearsalKernel.image());
            return ExitStatus.OK;
        } catch (IOException e) {
            throw new Refusal("rehearse: " + file + " cannot be written" + Reason.of(e));
        }
    }

    private static int rehearse(String guest) {
        String translations = guest + ".translations";
        delete(translations); // of a rehearsal that was cut short: all is to be translated anew
        try {
            Engine _ = EngineChoice.begin("auto", Optional.empty()).engine();
            int status = ExitStatus.OK;
            for (String tier : new String[] {"native", "native", "interpreter"}) {
                status = Math.max(status, run(guest, tier, translations));
            }
            return status;
        } finally {
            delete(translations);
        }
    }

    private static void delete(String file) {
        try {
            Files.deleteIfExists(InputFile.path("rehearse", file));
        } catch (IOException e) {
            throw new Refusal("rehearse: " + file + " cannot be deleted" + Reason.of(e));
        }
    }

    private static int run(String guest, String tier, String translations) {
        // spotless:off
        return Main.execute(
                "run", "--kernel", guest, "--memory", "256M", "--timeout", "60",
                "--tier", tier, "--translations", translations);
        // spotless:on
    }
}
