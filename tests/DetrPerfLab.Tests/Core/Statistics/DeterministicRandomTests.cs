namespace DetrPerfLab.Tests.Core;

public class DeterministicRandomTests
{
    [Fact]
    public void NextUInt64_Seed1234567_GivesPublishedSequence()
    {
        // Source: rosettacode.org/wiki/Pseudo-random_numbers/Splitmix64, computed with the authors' C code.
        var random = new DeterministicRandom(1234567);
        ulong[] expected = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821];

        Assert.Equal(expected, expected.Select(_ => random.NextUInt64()));
    }

    [Fact]
    public void Next_Bound_IsUniform()
    {
        var random = new DeterministicRandom(1);
        var counts = new int[7];
        for (var i = 0; i < 70_000; i++) { counts[random.Next(7)]++; }

        // Chi-squared with 6 degrees of freedom exceeds 22.5 once in 1,000 seeds.
        Assert.True(counts.Sum(c => (c - 10_000.0) * (c - 10_000.0) / 10_000) < 22.5);
    }

    [Fact]
    public void Shuffle_KeepsAllAndDependsOnSeed()
    {
        int[] Shuffled(ulong seed)
        {
            var items = Enumerable.Range(0, 50).ToArray();
            new DeterministicRandom(seed).Shuffle<int>(items);
            return items;
        }

        Assert.Equal(Enumerable.Range(0, 50), Shuffled(1).Order());
        Assert.Equal(Shuffled(1), Shuffled(1));
        Assert.NotEqual(Shuffled(1), Shuffled(2));
    }

    [Fact]
    public void Stream_EachNumber_IsAnother() =>
        Assert.Equal(1000, Enumerable.Range(0, 1000).Select(i => DeterministicRandom.Stream(1, i).NextUInt64()).Distinct().Count());
}
