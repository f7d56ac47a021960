package dev.lungo.toolchain.semantics;

import dev.lungo.toolchain.ToolchainException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** The program's class path, read as a whole: small, and asked for in any order. */
public final class ProgramClasses {
    private static final String NATIVE = "META-INF/lungo/native/";

    private final SortedMap<String, byte[]> files = new TreeMap<>();

    /** Reads directories and jars; of two files of one name the first counts. */
    public ProgramClasses(List<Path> classPath) {
        for (Path entry : classPath) {
            try {
                if (Files.isDirectory(entry)) {
                    readDirectory(entry);
                } else {
                    readJar(entry);
                }
            } catch (IOException e) {
                throw new ToolchainException("cannot read " + entry + " of the class path", e);
            }
        }
    }

    private void readDirectory(Path root) throws IOException {
        List<Path> found;
        try (var walk = Files.walk(root)) {
            found = walk.filter(Files::isRegularFile).toList();
        }
        for (Path file : found) {
            String name = root.relativize(file).toString();
            if (isWanted(name)) {
                files.putIfAbsent(name, Files.readAllBytes(file));
            }
        }
    }

    private void readJar(Path jar) throws IOException {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            for (ZipEntry entry : Collections.list(zip.entries())) {
                if (!entry.isDirectory() && isWanted(entry.getName())) {
                    try (InputStream in = zip.getInputStream(entry)) {
                        files.putIfAbsent(entry.getName(), in.readAllBytes());
                    }
                }
            }
        }
    }

    private static boolean isWanted(String name) {
        return name.startsWith(NATIVE) || name.endsWith(".class") && !name.endsWith("-info.class");
    }

    /** The class file of this internal name ({@code java/lang/Object}). */
    public Optional<byte[]> classFile(String internalName) {
        return Optional.ofNullable(files.get(internalName + ".class"));
    }

    public void put(String internalName, byte[] classFile) {
        files.put(internalName + ".class", classFile);
    }

    public boolean isInterface(String internalName) {
        return classFile(internalName)
                .map(file -> ClassFile.of().parse(file).flags().has(AccessFlag.INTERFACE))
                .orElse(false);
    }

    /** Internal names of all classes, in order. */
    public List<String> names() {
        List<String> names = new ArrayList<>();
        for (String file : files.keySet()) {
            if (file.endsWith(".class")) {
                names.add(file.substring(0, file.length() - ".class".length()));
            }
        }
        return names;
    }

    /** Sources and headers to compile into the image, by file name. */
    public SortedMap<String, byte[]> nativeFiles() {
        SortedMap<String, byte[]> natives = new TreeMap<>();
        for (var file : files.tailMap(NATIVE).entrySet()) {
            if (!file.getKey().startsWith(NATIVE)) {
                break;
            }
            natives.put(file.getKey().substring(NATIVE.length()), file.getValue());
        }
        return natives;
    }
}
