package dev.lungo.cli.debian;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The distribution's package manager, used as anybody may: nothing is installed. apt-get(8). */
final class Apt {
    /** Something it could not do, and what may help; both are clauses. */
    static final class AptException extends Exception {
        private static final long serialVersionUID = 1;

        private final String remedy;

        AptException(String message, String remedy) {
            super(message);
            this.remedy = remedy;
        }

        /** Or nothing. */
        String remedy() {
            return remedy;
        }
    }

    private static final String UPDATE = "see to its sources with \"apt-get update\"";

    private static final Pattern DEPENDS = Pattern.compile("\\s*\\|?Depends: (\\S+)\\s*");

    /** What {@code --print-uris} prints: address, file name, bytes, digest. */
    private static final Pattern ADDRESS = Pattern.compile("'\\S+' (\\S+) (\\d+) \\S*");

    private final Path directory;
    private final Progress progress;

    /**
     * @param directory where the packages are put
     */
    Apt(Path directory, Progress progress) {
        this.directory = directory;
        this.progress = progress;
    }

    /** The package that a metapackage stands for: its first dependency whose name matches. */
    String dependency(String metapackage, Pattern name)
            throws AptException, IOException, InterruptedException {
        for (String line : run("find " + metapackage, "apt-cache", "depends", metapackage)) {
            Matcher depends = DEPENDS.matcher(line);
            if (depends.matches() && name.matcher(depends.group(1)).matches()) {
                return depends.group(1);
            }
        }
        throw new AptException("apt knows no kernel of the name " + metapackage, UPDATE);
    }

    /** Fetches a package: the file. */
    Path download(String name) throws AptException, IOException, InterruptedException {
        long bytes = size(name);
        Process process = start("apt-get", "-q", "download", name);
        while (!process.waitFor(200, TimeUnit.MILLISECONDS)) {
            progress.show("fetching " + name + portion(fetched(name), bytes));
        }
        finish(process, "fetch " + name);
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> isOf(name, file))
                    .findFirst()
                    .orElseThrow(() -> new AptException("apt-get left no file of " + name, ""));
        }
    }

    private long size(String name) throws AptException, IOException, InterruptedException {
        for (String line : run("find " + name, "apt-get", "-q", "download", "--print-uris", name)) {
            Matcher address = ADDRESS.matcher(line);
            if (address.matches()) {
                return Long.parseLong(address.group(2));
            }
        }
        return 0;
    }

    private long fetched(String name) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> isOf(name, file)).mapToLong(f -> f.toFile().length()).sum();
        }
    }

    private static boolean isOf(String name, Path file) {
        return file.getFileName().toString().startsWith(name + "_");
    }

    private static String portion(long fetched, long bytes) {
        return bytes == 0
                ? ""
                : String.format(Locale.ROOT, ", %.1f of %.1f MB", fetched / 1e6, bytes / 1e6);
    }

    private List<String> run(String what, String... command)
            throws AptException, IOException, InterruptedException {
        Process process = start(command);
        process.waitFor();
        return finish(process, what);
    }

    private Process start(String... command) throws AptException, IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                        .redirectOutput(output().toFile());
        builder.environment().put("LC_ALL", "C");
        try {
            return builder.start();
        } catch (IOException e) {
            throw new AptException(
                    "this machine has no " + command[0] + " to fetch the Debian guest with", "");
        }
    }

    private Path output() {
        return directory.resolve("apt.out");
    }

    private List<String> finish(Process process, String what) throws AptException, IOException {
        List<String> lines = new ArrayList<>(Files.readAllLines(output(), UTF_8));
        if (process.exitValue() != 0) {
            lines.removeIf(line -> !line.startsWith("E:"));
            throw new AptException(
                    "apt could not "
                            + what
                            + (lines.isEmpty() ? "" : " (" + lines.getFirst().substring(2).strip())
                            + (lines.isEmpty() ? "" : ")"),
                    UPDATE);
        }
        return lines;
    }
}
