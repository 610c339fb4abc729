namespace DetrPerfLab.Tests.Vision;

public class SigmoidTests
{
    [Fact]
    public void Sigmoid_TwoClassesOfOneQuery_AreBothAmongTheBest()
    {
        var outputs = new TensorSet(new HostTensor("logits", ElementType.Float32, 2, 2, 3), new HostTensor("pred_boxes", ElementType.Float32, 2, 2, 4));
        new float[] { 3, 2, -9, 1, -9, -9 }.CopyTo(outputs["logits"].Floats[6..]); // of the second image
        new float[] { 0.5f, 0.5f, 0.2f, 0.4f, 0.1f, 0.1f, 0.1f, 0.1f }.CopyTo(outputs["pred_boxes"].Floats[8..]);
        var found = new Postprocessor(new() { Threshold = 0 }).Sigmoid(outputs, "logits", "pred_boxes", 1, new(100, 200)).ToArray();

        Assert.Equal([0, 1], found.Select(d => d.Label)); // as many as there are queries, not one a query
        Assert.Equal(1 / (1 + Math.Exp(-3)), found[0].Score, 1e-6);
        Assert.All(found, d => Assert.Equal([80, 30, 120, 70], ((float[])[d.X1, d.Y1, d.X2, d.Y2]).Select(v => MathF.Round(v, 3))));
    }

    [Fact]
    public void Best_LogitsAndProbabilities_GiveTheSame()
    {
        var logits = new HostTensor("logits", ElementType.Float32, 2, 3);
        new float[] { 0, 0, 0, 1, 3, 2 }.CopyTo(logits.Floats);
        var best = ClassReader.Best(new TensorSet(logits), image: 1, most: 2);
        Assert.Equal([1, 2], best.Select(b => b.Label));
        Assert.Equal(Math.Exp(3) / (Math.Exp(1) + Math.Exp(2) + Math.Exp(3)), best[0].Score, 1e-6);

        var probabilities = new HostTensor("probabilities", ElementType.Float32, 1, 3);
        new float[] { 0.25f, 0.25f, 0.5f }.CopyTo(probabilities.Floats);
        Assert.Equal([new ClassScore(2, 0.5f), new ClassScore(0, 0.25f)], ClassReader.Best(new TensorSet(probabilities), 0, 2));
    }
}
