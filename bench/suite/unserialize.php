<?php
// `php unserialize.php FILE` prints the version of PHP, then reads the file's value once for each line of input and prints
// the seconds, in which the value is freed. `php unserialize.php FILE N` reads it N times, for callgrind.
$body = file_get_contents($argv[1]);
if (serialize(unserialize($body)) !== $body) {
    fwrite(STDERR, "the body is not what PHP itself writes\n");
    exit(1);
}
function lap(string $body): float {
    $start = hrtime(true);
    $value = unserialize($body);
    if (count($value['tarifs']) < 1) exit(1);
    unset($value);
    return (hrtime(true) - $start) / 1e9;
}
if (isset($argv[2])) {
    for ($lap = 0; $lap < (int) $argv[2]; $lap++) lap($body);
    exit;
}
echo PHP_VERSION, "\n";
while (fgets(STDIN) !== false) printf("%.9f\n", lap($body));
