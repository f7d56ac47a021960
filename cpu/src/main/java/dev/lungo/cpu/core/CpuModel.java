package dev.lungo.cpu.core;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A processor that can be had: a named set of features. The names are those of the System V ABI,
 * AMD64 Architecture Processor Supplement, "Micro-Architecture Levels" (table 3.1), each of which a
 * model has in full, together with what system software wants that needs no wider registers.
 *
 * @param title what {@code --cpu} takes
 */
public record CpuModel(String title, Set<Feature> features) {
    /** SSE4.2, without VEX-encoded instructions. */
    public static final CpuModel X86_64_V2 =
            new CpuModel(
                    "x86-64-v2",
                    EnumSet.complementOf(
                            EnumSet.of(
                                    Feature.AVX,
                                    Feature.AVX2,
                                    Feature.BMI1,
                                    Feature.BMI2,
                                    Feature.F16C,
                                    Feature.FMA,
                                    Feature.LZCNT,
                                    Feature.MOVBE)));

    /** And AVX2, BMI, F16C, FMA, LZCNT and MOVBE. */
    public static final CpuModel X86_64_V3 =
            new CpuModel("x86-64-v3", EnumSet.allOf(Feature.class));

    private static final List<CpuModel> ALL = List.of(X86_64_V2, X86_64_V3);

    public CpuModel {
        features = Set.copyOf(features);
    }

    public boolean has(Feature feature) {
        return features.contains(feature);
    }

    /** What {@code --cpu} can take, the default first. */
    public static List<String> titles() {
        return ALL.stream().map(CpuModel::title).toList();
    }

    public static Optional<CpuModel> named(String title) {
        return ALL.stream().filter(each -> each.title.equals(title)).findFirst();
    }
}
