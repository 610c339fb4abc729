using System.CommandLine;

namespace DetrPerfLab.Cli;

/// <summary>The range that an option's numbers make sense in: checked while the line is read, before anything else.</summary>
static class Bounds
{
    internal static TOption Within<TOption>(this TOption option, double least, double most)
        where TOption : Option
    {
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
            {
                // What is no number at all is refused as such elsewhere.
                if (double.TryParse(token.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && !(value >= least && value <= most))
                {
                    result.AddError(LabError.OutOfRange(token.Value, string.Create(CultureInfo.InvariantCulture, $"{least} to {most}"), option.Name).Message);
                }
            }
        });
        return option;
    }
}
