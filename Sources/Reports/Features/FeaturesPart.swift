/// The part of a report about an encoder's features: whether samples of one class lie together, or of one person.
package struct FeaturesPart: Encodable, Sendable {
    /// A sample's features along the two directions in which features, divided by their length, differ most.
    package struct Point: Sendable, Equatable {
        /// Its places along the first and the second direction.
        package let x, y: Double
        /// Its class; nil where nobody scored it.
        package let label: Int?
        /// Whose it is, as an index into the people's names.
        package let person: Int

        /// A point.
        package init(x: Double, y: Double, label: Int?, person: Int) {
            (self.x, self.y, self.label, self.person) = (x, y, label, person)
        }
    }

    /// How many samples are shown.
    package let samples: Int
    /// How many samples the dataset has.
    let allSamples: Int
    /// How many features the encoder makes.
    package let features: Int
    /// The part of the features' variance along each of the two directions, 0 to 1; each sample's features are divided
    /// by their length before.
    package let variance: [Double]
    /// The classes' names.
    package let classes: [String]
    /// The people's names.
    package let people: [String]
    /// How much of the variance along the two directions is between classes, 0 to 1: correlation ratio; nil without
    /// labels.
    let betweenClasses: Double?
    /// How much of it is between people.
    let betweenPeople: Double
    /// How much of it is between so many classes, or so many people, by chance: (groups - 1) / (samples - 1).
    package let betweenClassesByChance, betweenPeopleByChance: Double
    private let points: [Point]

    private enum CodingKeys: String, CodingKey {
        case samples, features, variance, classes, people
        case allSamples = "all_samples"
        case betweenClasses = "between_classes"
        case betweenPeople = "between_people"
        case betweenClassesByChance = "between_classes_by_chance"
        case betweenPeopleByChance = "between_people_by_chance"
    }

    /// A part.
    ///
    /// - Parameters:
    ///   - points: the samples to show.
    ///   - allSamples: how many there are in all.
    ///   - features: how many features there are.
    ///   - variance: the part of the features' variance along each direction.
    ///   - classes: the classes' names.
    ///   - people: the people's names.
    package init(
        _ points: [Point], of allSamples: Int, features: Int, variance: [Double], classes: [String], people: [String]
    ) {
        (self.points, samples, self.allSamples, self.features) = (points, points.count, allSamples, features)
        (self.variance, self.classes, self.people) = (variance, classes, people)
        let labelled = points.filter { $0.label != nil }
        betweenClasses = labelled.isEmpty ? nil : Self.ratio(labelled) { $0.label ?? 0 }
        betweenPeople = Self.ratio(points, by: \.person)
        betweenClassesByChance = Self.chance(labelled) { $0.label ?? 0 }
        betweenPeopleByChance = Self.chance(points, by: \.person)
    }

    /// The part that is between groups which nothing but chance made, on average.
    private static func chance(_ points: [Point], by group: (Point) -> Int) -> Double {
        points.count > 1 ? Double(Set(points.map(group)).count - 1) / Double(points.count - 1) : 0
    }

    /// The part of the variance in both directions together that is between groups.
    private static func ratio(_ points: [Point], by group: (Point) -> Int) -> Double {
        func mean(_ points: [Point]) -> (x: Double, y: Double) {
            let count = Double(max(points.count, 1))
            return (points.reduce(0) { $0 + $1.x } / count, points.reduce(0) { $0 + $1.y } / count)
        }
        let whole = mean(points)
        func square(_ x: Double, _ y: Double) -> Double {
            (x - whole.x) * (x - whole.x) + (y - whole.y) * (y - whole.y)
        }
        let all = points.reduce(0) { $0 + square($1.x, $1.y) }
        let groups = Dictionary(grouping: points, by: group).sorted { $0.key < $1.key }
        let between = groups.reduce(0.0) { sum, own in
            let centre = mean(own.value)
            return sum + Double(own.value.count) * square(centre.x, centre.y)
        }
        return all > 0 ? between / all : 0
    }

    var section: PageSection {
        PageSection(
            id: "features", heading: "What the features know",
            blocks: [
                .text(summary),
                .grid(maps.map { .figure($0) }),
            ])
    }

    private var maps: [Figure] {
        let byPerson = map(
            "By person\(people.count > 8 ? ", eight colours in turn" : "")", names: people, style: { "k\($0 % 8)" }
        ) {
            $0.person
        }
        guard betweenClasses != nil else { return [byPerson] }
        let style = { (place: Int) in ClassStyle.style(of: classes[place], place: place) }
        return [map("By class", names: classes, style: style) { $0.label }, byPerson]
    }

    private var summary: Prose {
        let byClass: Prose =
            betweenClasses.map {
                "\(percent: $0) of what differs here differs between classes (\(percent: betweenClassesByChance) by chance), "
            } ?? ""
        return """
            \(samples) of \(allSamples) samples, by the two directions in which the encoder's \(features) features, each sample's \
            divided by their length, differ most (\(percent: variance.first ?? 0) and \
            \(percent: variance.dropFirst().first ?? 0) of their variance). \(byClass)\
            \(percent: betweenPeople) between people (\(percent: betweenPeopleByChance) by chance): the less it is above chance, \
            the less the features know who somebody is.
            """
    }

    private func map(
        _ caption: Prose, names: [String], style: (Int) -> String, group: (Point) -> Int?
    ) -> Figure {
        let (across, up) = (Scale(over: points.map(\.x)), Scale(over: points.map(\.y), isUpwards: true))
        let groups = Dictionary(grouping: points, by: { group($0) ?? -1 }).sorted { $0.key < $1.key }
        let marks = groups.map { key, own in
            Panel.Mark(
                style: "p \(key < 0 ? "dim" : style(key))", path: Path.dots(own.map { (across.at($0.x), up.at($0.y)) }),
                title: key < 0 ? "not scored" : names[key])
        }
        let shown = names.count > 8 ? [] : groups.map(\.key).filter { $0 >= 0 }
        return Figure(
            caption: caption,
            panels: [
                Panel(
                    description: "two principal components of features; the text above has what they come to",
                    height: 300, marks: marks)
            ], axis: "first direction (across) and second (up), no unit",
            legend: shown.map { (style($0), names[$0]) })
    }
}
