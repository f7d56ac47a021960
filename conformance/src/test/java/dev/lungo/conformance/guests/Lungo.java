package dev.lungo.conformance.guests;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The command as a user runs it, in a process of its own. */
final class Lungo implements AutoCloseable {
    /** Instead of the user's own; what an earlier build has left there is of no use. */
    private static final String CACHE = emptied(Path.of("target", "cache"));

    private static String emptied(Path directory) {
        try {
            if (Files.exists(directory)) {
                try (Stream<Path> all = Files.walk(directory)) {
                    for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                        Files.delete(each);
                    }
                }
            }
            return directory.toAbsolutePath().toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final Path JARS = Path.of("..", "cli", "target", "lungo", "lib");

    private final Process process;
    private final Path standardError;
    private final StringBuilder output = new StringBuilder();

    private Lungo(Process process, Path standardError) {
        this.process = process;
        this.standardError = standardError;
    }

    /** One of the files that make-guests.sh makes; the test is skipped where it is missing. */
    static String guest(String name) {
        String directory = System.getenv("LUNGO_GUESTS");
        if (directory == null) {
            return abort("LUNGO_GUESTS does not name a directory of guests; ./check makes one");
        }
        Path file = Path.of(directory, name);
        assumeTrue(Files.exists(file), () -> file + " is missing; conformance/guests makes it");
        return file.toString();
    }

    /** Skips the test where this host has not what the engine of this name needs. */
    static void assumeEngine(String name) {
        assumeTrue(!name.equals("kvm") || Files.isWritable(Path.of("/dev/kvm")), "there is no KVM");
    }

    static Lungo run(String... arguments) throws IOException {
        return run(Map.of(), arguments);
    }

    /**
     * @param environment what is different in its environment
     */
    static Lungo run(Map<String, String> environment, String... arguments) throws IOException {
        return start(environment, command(arguments));
    }

    /**
     * On a terminal of its own, made by script(1), between two lines that say how the terminal is
     * set; the test is skipped where there is none.
     */
    static Lungo onTerminal(String... arguments) throws IOException {
        Path script = Path.of("/usr/bin/script");
        assumeTrue(Files.exists(script), () -> script + " is missing; package bsdutils");
        String inBetween = String.join(" ", command(arguments)); // no word has a space in it
        return start(
                Map.of("SHELL", "/bin/sh"),
                List.of(
                        script.toString(),
                        "-qec",
                        "stty -g; echo; %s; s=$?; stty -g; exit $s".formatted(inBetween),
                        "/dev/null"));
    }

    private static List<String> command(String... arguments) {
        assumeTrue(Files.isDirectory(JARS), "the jars are not there; mvn package makes them");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("@" + Path.of("..", "scripts", "jvm.options"));
        command.addAll(List.of("-p", JARS.toString(), "-m", "dev.lungo.cli/dev.lungo.cli.Main"));
        command.add("run");
        command.addAll(List.of(arguments));
        if (!command.contains("--engine")) {
            command.addAll(List.of("--engine", "soft")); // the same on every host
        }
        return command;
    }

    private static Lungo start(Map<String, String> environment, List<String> command)
            throws IOException {
        Path standardError = Files.createTempFile("lungo", ".err");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(standardError.toFile());
        builder.environment().put("XDG_CACHE_HOME", CACHE);
        builder.environment().putAll(environment);
        return new Lungo(builder.start(), standardError);
    }

    /** Types on its standard input. */
    Lungo type(String keys) throws IOException {
        OutputStream keyboard = process.getOutputStream();
        keyboard.write(keys.getBytes(US_ASCII));
        keyboard.flush();
        return this;
    }

    /** Reads until the guest has printed this, or the output ends. Whether it has. */
    boolean prints(String expected) throws IOException {
        return prints(Pattern.compile(Pattern.quote(expected)), 1);
    }

    boolean prints(Pattern expected, int times) throws IOException {
        InputStream in = process.getInputStream();
        while (expected.matcher(output).results().count() < times) {
            int next = in.read();
            if (next < 0) {
                return false;
            }
            output.append((char) next);
            int more = in.available();
            if (more > 0) {
                output.append(new String(in.readNBytes(more), US_ASCII));
            }
        }
        return true;
    }

    /** Waits for its end: the exit status. */
    int status() throws IOException, InterruptedException {
        output.append(new String(process.getInputStream().readAllBytes(), US_ASCII));
        process.waitFor();
        return process.exitValue();
    }

    /** What it prints, for who reads that line by line instead. */
    BufferedReader lines() {
        return process.inputReader(US_ASCII);
    }

    String output() {
        return output.toString();
    }

    String standardError() throws IOException {
        return Files.readString(standardError, UTF_8);
    }

    long pid() {
        return process.pid();
    }

    /** Tells it to end, by SIGTERM. */
    Lungo terminate() {
        process.toHandle().destroy();
        return this;
    }

    /** The processes that it started, and those that they did. */
    List<ProcessHandle> children() {
        return process.descendants().toList();
    }

    @Override
    public void close() throws IOException {
        children().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().onExit().join();
        Files.deleteIfExists(standardError);
    }
}
