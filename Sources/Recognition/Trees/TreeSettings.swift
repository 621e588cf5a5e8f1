public import Numerics

/// What a recogniser has of trees: nothing, or what a forest says about each sample by itself, read beside its values.
public enum TreeSettings: Equatable, Sendable {
    /// No trees.
    case none
    /// A random forest.
    case forest(ForestSettings)

    /// The trees' name in presets and files.
    public enum Kind: String, CaseIterable, Sendable {
        /// No trees.
        case none
        /// A random forest.
        case forest

        /// The trees of this name.
        ///
        /// - Throws: `SettingFault` that names those there are.
        public static func named(_ name: String) throws(SettingFault) -> Kind {
            guard let kind = Kind(rawValue: name) else {
                throw SettingFault(
                    "trees", String(name.prefix(60)), wanted: allCases.map(\.rawValue).joined(separator: " or "))
            }
            return kind
        }

        /// What is meant where nothing else is said.
        public var standard: TreeSettings {
            switch self {
            case .none: .none
            case .forest: .forest(ForestSettings())
            }
        }
    }

    /// Which trees they are.
    public var kind: Kind { forest == nil ? .none : .forest }

    /// The forest's settings; nil where there is none.
    public var forest: ForestSettings? {
        if case .forest(let settings) = self { settings } else { nil }
    }

    /// The forest's settings where there is one for so many classes.
    func forest(ofClasses classes: Int) -> ForestSettings? {
        forest.flatMap { $0.mostClasses == 0 || classes <= $0.mostClasses ? $0 : nil }
    }

    /// Refuses numbers that make no sense.
    ///
    /// - Throws: `SettingFault` for the first of them.
    public func validate() throws(SettingFault) { try forest?.validate() }
}

extension TreeSettings: Codable {
    /// Reads the trees' name, then their numbers.
    public init(from decoder: any Decoder) throws {
        switch try Kind.named(KindName.read(from: decoder)) {
        case .none: self = .none
        case .forest: self = .forest(try ForestSettings(from: decoder))
        }
    }

    /// Writes their numbers and their name.
    public func encode(to encoder: any Encoder) throws {
        try forest?.encode(to: encoder)
        try KindName.write(kind.rawValue, to: encoder)
    }
}

/// How a forest is grown.
public struct ForestSettings: Codable, Equatable, Sendable {
    /// There is none where more classes than these are told apart; 0 for any number.
    ///
    /// Light from deep sleep is told by the night's course: what a tree says of an epoch alone was in the way.
    public var mostClasses: Int
    /// The part that its probabilities have in those that are answered, from 0 to 1; the network's have the rest.
    public var share: Double
    /// The same where two classes are told apart.
    ///
    /// Wake among sleep is told by an epoch itself, the stages of sleep by what comes before and after.
    public var shareOfTwo: Double
    /// How many trees there are.
    public var count: Int
    /// How many of the samples that a tree was grown on a leaf has at least.
    public var leaf: Int
    /// Among how many inputs, drawn anew at each node, the question is looked for; 0 for the root of their number.
    public var inputs: Int

    private enum CodingKeys: String, CodingKey {
        case mostClasses = "tree_most_classes"
        case share = "tree_share"
        case shareOfTwo = "tree_share_of_two"
        case count = "tree_count"
        case leaf = "tree_leaf"
        case inputs = "tree_inputs"
    }

    /// Settings; without arguments those that served the nights of sleep-accel.
    public init(
        mostClasses: Int = 3, share: Double = 0, shareOfTwo: Double = 0, count: Int = 100, leaf: Int = 30,
        inputs: Int = 0
    ) {
        self.mostClasses = mostClasses
        (self.share, self.shareOfTwo) = (share, shareOfTwo)
        (self.count, self.leaf, self.inputs) = (count, leaf, inputs)
    }

    /// The part that it has where so many classes are told apart.
    func share(ofClasses classes: Int) -> Double { classes == 2 ? shareOfTwo : share }

    /// Refuses numbers that make no sense.
    ///
    /// - Throws: `SettingFault` for the first of them.
    public func validate() throws(SettingFault) {
        try SettingFault.check((0...1 << 24).contains(mostClasses), "tree_most_classes", mostClasses, "0 to 2^24")
        try SettingFault.check((0...1).contains(share), "tree_share", share, "a number from 0 to 1")
        try SettingFault.check((0...1).contains(shareOfTwo), "tree_share_of_two", shareOfTwo, "a number from 0 to 1")
        try SettingFault.check((1...10_000).contains(count), "tree_count", count, "1 to 10000")
        try SettingFault.check((1...1 << 24).contains(leaf), "tree_leaf", leaf, "1 to 2^24")
        try SettingFault.check((0...1 << 24).contains(inputs), "tree_inputs", inputs, "0 to 2^24")
    }
}
