/// What is to be told apart: the classes that label codes are merged into.
public enum LabelScheme: String, Sendable, CaseIterable {
    /// Supine, right, left.
    case posture3
    /// Every posture code that the publisher's documentation names.
    case postureFine = "posture-fine"
    /// Wake, sleep.
    case wake
    /// Wake, NREM, REM.
    case three
    /// Wake, light (N1 and N2), deep (N3), REM.
    case four
    /// Wake, N1, N2, N3, REM.
    case five

    /// The schemes that labels of a vocabulary fit.
    public static func fitting(_ vocabulary: LabelVocabulary) -> [LabelScheme] {
        switch vocabulary {
        case .pmdI, .pmdII: return [.posture3, .postureFine]
        case .posture: return [.posture3]
        case .stage: return [.wake, .three, .four, .five]
        }
    }

    /// The names of the classes, in order.
    ///
    /// - Throws: `LabelError.schemeDoesNotFit`, when labels of `vocabulary` can't be merged into these classes.
    public func classes(for vocabulary: LabelVocabulary) throws(LabelError) -> [String] {
        guard Self.fitting(vocabulary).contains(self) else {
            throw .schemeDoesNotFit(scheme: self, vocabulary: vocabulary)
        }
        switch self {
        case .posture3: return ["supine", "right", "left"]
        case .postureFine: return vocabulary.documentedCodes
        case .wake, .three, .four, .five: return stageClasses.map(\.name)
        }
    }

    /// The class of a code, as an index into `classes(for:)`.
    ///
    /// - Returns: nil for a code without a class: one that the documentation does not name, or one of a vocabulary that
    ///   this scheme does not fit.
    public func classIndex(of code: String, in vocabulary: LabelVocabulary) -> Int? {
        guard let classes = try? classes(for: vocabulary) else { return nil }
        switch self {
        case .posture3: return vocabulary.posture(of: code).flatMap(classes.firstIndex(of:))
        case .postureFine: return classes.firstIndex(of: code)
        case .wake, .three, .four, .five:
            guard let stage = SleepStage(code: code) else { return nil }
            return stageClasses.lastIndex { $0.first <= stage }
        }
    }

    /// For each class the one of a mirrored sample, as indices into `classes(for:)`.
    ///
    /// - Throws: `LabelError.schemeDoesNotFit`, and `LabelError.noMirror` for stages of sleep: no sample of a night is
    ///   another one's mirror image.
    public func mirroredClasses(for vocabulary: LabelVocabulary) throws(LabelError) -> [Int] {
        var mirrored = [Int?](repeating: nil, count: try classes(for: vocabulary).count)
        for code in vocabulary.documentedCodes {
            guard let place = classIndex(of: code, in: vocabulary) else { continue }
            mirrored[place] = vocabulary.mirrorImage(of: code).flatMap { classIndex(of: $0, in: vocabulary) }
        }
        let known = mirrored.compactMap { $0 }
        guard known.count == mirrored.count else { throw .noMirror(vocabulary: vocabulary) }
        return known
    }

    /// The classes of stages, each with its first stage; the stages up to the next class's first are its too.
    private var stageClasses: [(name: String, first: SleepStage)] {
        switch self {
        case .wake: return [("wake", .wake), ("sleep", .n1)]
        case .three: return [("wake", .wake), ("NREM", .n1), ("REM", .rem)]
        case .four: return [("wake", .wake), ("light", .n1), ("deep", .n3), ("REM", .rem)]
        case .five: return [("wake", .wake), ("N1", .n1), ("N2", .n2), ("N3", .n3), ("REM", .rem)]
        case .posture3, .postureFine: return []
        }
    }
}

/// Labels that can't be used as asked.
public enum LabelError: Error, Equatable, CustomStringConvertible {
    /// The scheme's classes can't be made from the vocabulary's codes.
    case schemeDoesNotFit(scheme: LabelScheme, vocabulary: LabelVocabulary)
    /// A sample's mirror image has no label of its own.
    case noMirror(vocabulary: LabelVocabulary)

    /// One line that names the scheme, the labels and the schemes that fit.
    public var description: String {
        switch self {
        case .schemeDoesNotFit(let scheme, let vocabulary):
            let fitting = LabelScheme.fitting(vocabulary).map(\.rawValue).joined(separator: ", ")
            return "scheme \(scheme.rawValue) does not fit labels of vocabulary \(vocabulary.rawValue): "
                + "use one of \(fitting)"
        case .noMirror(let vocabulary):
            return "labels of vocabulary \(vocabulary.rawValue) have no mirror image: use mirror_probability 0 and "
                + "mirror_average false"
        }
    }
}
