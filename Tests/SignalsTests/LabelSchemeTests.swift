import Signals
import Testing

@Test(arguments: [
    (LabelScheme.wake, ["wake", "sleep", "sleep", "sleep", "sleep"]),
    (.three, ["wake", "NREM", "NREM", "NREM", "REM"]),
    (.four, ["wake", "light", "light", "deep", "REM"]),
    (.five, ["wake", "N1", "N2", "N3", "REM"]),
])
func stagesAreMergedIntoClasses(scheme: LabelScheme, expected: [String]) throws {
    let classes = try scheme.classes(for: .stage)
    let merged = ["W", "N1", "N2", "N3", "REM"].map { scheme.classIndex(of: $0, in: .stage).map { classes[$0] } }
    #expect(merged == expected)
}

@Test(arguments: [
    (LabelVocabulary.pmdI, "supine", ["1", "8", "9", "10", "11", "12", "15", "16", "17"]),
    (.pmdI, "right", ["2", "4", "5", "13"]), (.pmdI, "left", ["3", "6", "7", "14"]),
    (
        .pmdII, "supine",
        [
            "B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8", "B9", "B10", "F1", "F2", "F3", "F4", "F5", "F6", "F7",
        ]
    ),
    (.pmdII, "right", ["C1", "C2", "C3", "E1", "E2", "E5"]), (.pmdII, "left", ["D1", "D2", "D3", "E3", "E4", "E6"]),
    (.posture, "supine", ["supine"]), (.posture, "right", ["right"]), (.posture, "left", ["left"]),
])
func posturesAreThoseOfTheDocumentation(vocabulary: LabelVocabulary, posture: String, codes: [String]) throws {
    let index = try LabelScheme.posture3.classes(for: vocabulary).firstIndex(of: posture)
    #expect(vocabulary.codes.filter { LabelScheme.posture3.classIndex(of: $0, in: vocabulary) == index } == codes)
}

@Test(arguments: [(LabelVocabulary.pmdI, 17), (.pmdII, 29)])
func fineClassesAreTheDocumentedCodes(vocabulary: LabelVocabulary, count: Int) throws {
    let classes = try LabelScheme.postureFine.classes(for: vocabulary)
    #expect(classes.count == count)
    for (index, code) in classes.enumerated() {
        #expect(LabelScheme.postureFine.classIndex(of: code, in: vocabulary) == index)
    }
}

@Test(arguments: ["G1", "G2", "G3", "B0", "B11", "b1", "", "supine"])
func codesThatTheDocumentationDoesNotNameHaveNoClass(code: String) {
    #expect(LabelScheme.posture3.classIndex(of: code, in: .pmdII) == nil)
    #expect(LabelScheme.postureFine.classIndex(of: code, in: .pmdII) == nil)
}

@Test(arguments: LabelVocabulary.allCases)
func schemesFitOrSayWhichDo(vocabulary: LabelVocabulary) throws {
    for scheme in LabelScheme.allCases {
        if LabelScheme.fitting(vocabulary).contains(scheme) {
            #expect(try scheme.classes(for: vocabulary).count >= 2)
        } else {
            #expect(throws: LabelError.schemeDoesNotFit(scheme: scheme, vocabulary: vocabulary)) {
                try scheme.classes(for: vocabulary)
            }
            #expect(vocabulary.codes.allSatisfy { scheme.classIndex(of: $0, in: vocabulary) == nil })
        }
    }
}

@Test func theErrorNamesTheSchemesThatFit() {
    #expect(
        LabelError.schemeDoesNotFit(scheme: .three, vocabulary: .pmdII).description
            == "scheme three does not fit labels of vocabulary pmd-ii: use one of posture3, posture-fine")
}

@Test(arguments: [
    (
        LabelScheme.postureFine, LabelVocabulary.pmdI,
        ["2": "3", "4": "6", "5": "7", "11": "12", "13": "14"]
    ),
    (
        .postureFine, .pmdII,
        [
            "B1": "B3", "B4": "B5", "B9": "B10", "C1": "D1", "C2": "D2", "C3": "D3", "E1": "E3", "E2": "E4", "E5": "E6",
        ]
    ),
    (.posture3, .pmdI, ["right": "left"]), (.posture3, .pmdII, ["right": "left"]),
    (.posture3, .posture, ["right": "left"]),
])
func aMirroredPostureHasTheOtherSidesClass(
    scheme: LabelScheme, vocabulary: LabelVocabulary, pairs: [String: String]
) throws {
    let classes = try scheme.classes(for: vocabulary)
    let other = pairs.merging(pairs.map { ($1, $0) }) { $1 }
    let mirrored = try scheme.mirroredClasses(for: vocabulary)
    #expect(mirrored.map { classes[$0] } == classes.map { other[$0] ?? $0 })
}

@Test(arguments: [LabelScheme.wake, .five])
func stagesHaveNoMirror(scheme: LabelScheme) {
    #expect(throws: LabelError.noMirror(vocabulary: .stage)) { try scheme.mirroredClasses(for: .stage) }
}
