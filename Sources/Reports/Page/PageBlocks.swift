/// A part of a page under a heading of its own.
struct PageSection: Sendable {
    /// What links lead to: letters and hyphens.
    let id: String
    let heading: String
    var blocks: [Block]
}

/// What stands below one another on a page.
indirect enum Block: Sendable {
    case text(Prose)
    /// A remark, smaller.
    case note(Prose)
    /// A heading inside a section.
    case heading(Prose)
    /// How much is done, 0 to 1.
    case progress(Double)
    /// The figures that matter most, large.
    case tiles([Tile])
    case table(Table)
    case figure(Figure)
    /// Small pictures with their words.
    case maps([MapTile])
    /// Blocks side by side where there is room.
    case grid([Block])
    /// Blocks below one another that stay on one sheet of paper.
    case together([Block])
    /// What only some want to see.
    case details(Prose, [Block])
}

/// A figure with its name, large.
struct Tile: Sendable {
    let name: String
    let value: Prose
    let beside: Prose
}

/// A small picture with its words.
struct MapTile: Sendable {
    /// The picture itself, as an address.
    let address: String
    /// What somebody hears who does not see it.
    let description: String
    let lines: [Prose]
}

/// A table.
struct Table: Sendable {
    /// A field of it.
    enum Cell: Sendable {
        case text(Prose)
        case number(Prose)
        /// A number on a ground that is the darker, the nearer to 1 `shade` is.
        case heat(Prose, shade: Double)
        /// Parts of a whole, each with its class of colour.
        case bar([(style: String, part: Double)])
        /// A figure in its interval, all as parts of the way from the lowest to the highest that are shown.
        case whisker(low: Double, value: Double, high: Double)
        case none
    }

    var caption: Prose = ""
    let head: [Prose]
    let rows: [[Cell]]
    /// Whether it is a square of counts.
    var isMatrix = false
}

/// A drawing with its words.
struct Figure: Sendable {
    let caption: Prose
    /// Drawings below one another, over the same horizontal axis.
    let panels: [Panel]
    /// What the horizontal axis is.
    var axis = ""
    var legend: [(style: String, name: String)] = []
    /// The same in numbers.
    var table: Table?
}

/// A drawing: lines in a square of 1000 by 1000, stretched to the room there is, and words around it that are not.
struct Panel: Sendable {
    /// A mark on an axis, at a part of the way, 0 to 1, from left or from the top.
    struct Tick: Sendable {
        let place: Double
        let text: String
    }

    /// A line or an area.
    struct Mark: Sendable {
        /// Its classes in the page's style.
        let style: String
        /// An SVG path.
        let path: String
        /// What is shown beside the pointer.
        var title: String?
    }

    var title: Prose = ""
    /// What somebody hears who does not see it.
    let description: String
    /// In CSS pixels.
    let height: Int
    var left: [Tick] = []
    var below: [Tick] = []
    var marks: [Mark]
}
