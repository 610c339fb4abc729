namespace DetrPerfLab.Tests.Vision;

public class PixelPackingTests
{
    [Fact]
    public void Pack_AnyLength_IsThePlainLoop()
    {
        for (var pixels = 1; pixels < 70; pixels++)
        {
            var rgba = new byte[4 * pixels];
            new Random(pixels).NextBytes(rgba);
            var rgb = new byte[3 * pixels];
            PixelPacking.Pack(rgba, rgb);
            Assert.Equal(rgba.Where((_, i) => i % 4 < 3), rgb);

            var back = new byte[4 * pixels];
            PixelPacking.Unpack(rgb, back);
            Assert.Equal(rgba.Select((v, i) => i % 4 < 3 ? v : (byte)255), back);
        }
    }

    // What EXIF says lies at the top left of the upright picture: (row, column) of the stored corner, and whether rows become columns.
    [Theory]
    [InlineData(1, 0, 0, false)]
    [InlineData(2, 0, 1, false)]
    [InlineData(3, 1, 1, false)]
    [InlineData(4, 1, 0, false)]
    [InlineData(5, 0, 0, true)]
    [InlineData(6, 1, 0, true)]
    [InlineData(7, 1, 1, true)]
    [InlineData(8, 0, 1, true)]
    public void ToRgb_EveryOrientation_PutsEachPixelWhereItBelongs(int orientation, int bottom, int right, bool swapped)
    {
        var stored = new ImageSize(41, 70); // more than one square each way
        var rgba = new byte[stored.Height * stored.Width * 4];
        for (var i = 0; i < stored.Height * stored.Width; i++) { (rgba[4 * i], rgba[(4 * i) + 1], rgba[(4 * i) + 2]) = ((byte)(i / stored.Width), (byte)(i % stored.Width), 7); }
        var upright = new RgbImage();
        PixelPacking.ToRgb(rgba, stored, orientation, upright);

        Assert.Equal(swapped ? new(70, 41) : stored, upright.Size);
        for (var y = 0; y < upright.Size.Height; y++)
        {
            for (var x = 0; x < upright.Size.Width; x++)
            {
                var (row, column) = swapped ? (x, y) : (y, x);
                var pixel = upright.Pixels.Slice(((y * upright.Size.Width) + x) * 3, 3);
                Assert.Equal((bottom == 1 ? 40 - row : row, right == 1 ? 69 - column : column, 7), (pixel[0], pixel[1], pixel[2]));
            }
        }
    }
}
