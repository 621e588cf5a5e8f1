import Numerics

/// Images of several channels, each with a border of zeros as wide as a kernel reaches beyond its middle.
struct ConvolutionGrid {
    /// Values from one row to the next, and from one image to the next.
    let row, image: Int
    /// What lies under the kernel at the pixels of neighbouring images, from the border of the first one on.
    let windows: Windows
    private let border: Int
    private let block: FloatBlock

    /// Zeros for `images` images of `rows` x `columns` pixels, under kernels of `kernel` x `kernel`, of which up to
    /// `group` are read at once.
    init(images: Int, group: Int, rows: Int, columns: Int, channels: Int, kernel: Int) {
        let row = (columns + kernel - 1) * channels
        let image = (rows + kernel - 1) * row
        (self.row, self.image) = (row, image)
        windows = Windows(
            starts: (0..<group).flatMap { place in
                (0..<rows).flatMap { i in
                    (0..<columns).map { j in UInt32(place * image + i * row + j * channels) }
                }
            }, run: kernel * channels, runCount: kernel, runStep: row)
        border = kernel / 2 * (row + channels)
        block = FloatBlock(count: images * image)
    }

    /// An image with its border.
    func bordered(_ index: Int) -> UnsafePointer<Float> { UnsafePointer(block.base + index * image) }

    /// An image's first pixel.
    func inside(_ index: Int) -> UnsafeMutablePointer<Float> { block.base + index * image + border }
}
